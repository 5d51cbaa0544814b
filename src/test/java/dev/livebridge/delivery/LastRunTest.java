package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastRunTest {
    @TempDir
    private Path folder;

    @Test
    void isSuspectWhereTheProcessBeforeEndedWithoutAWord() throws Exception {
        LastRun killed = new LastRun(folder.resolve("data"));
        killed.begin();
        assertThat(killed.isSuspect()).isFalse();

        LastRun next = new LastRun(folder.resolve("data"));
        next.begin();
        assertThat(next.isSuspect()).isTrue();
    }

    @Test
    void isWellWhereItEndedInOrder() throws Exception {
        LastRun stopped = new LastRun(folder);
        stopped.begin();
        stopped.close();

        LastRun next = new LastRun(folder);
        next.begin();
        assertThat(next.isSuspect()).isFalse();
    }
}
