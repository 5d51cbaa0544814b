package dev.livebridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriterTest {
    @TempDir
    private Path folder;

    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean away;
    private Writer writer;

    @BeforeEach
    void open() throws Exception {
        try (Connection connection = connect()) {
            connection.createStatement().execute("create table note (text varchar(9) primary key)");
            connection.commit();
        }
        connections.set(0);
        writer = new Writer(new Writer.Database() {
            @Override
            public Connection connect() throws SQLException {
                return WriterTest.this.connect();
            }

            @Override
            public boolean isOutage(SQLException failure) {
                return failure.getMessage().contains("away");
            }
        });
    }

    @AfterEach
    void close() {
        writer.close();
    }

    private Connection connect() throws SQLException {
        if (away) {
            throw new SQLException("the database is away");
        }
        connections.incrementAndGet();
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("notes"));
        connection.setAutoCommit(false);
        return connection;
    }

    @Test
    void commitsTogetherWhatIsAskedForAtTheSameTime() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        CompletableFuture<Integer> first = writer.write(sql -> {
            await(free);
            return sql.update("insert into note values (?)", "first");
        });
        List<CompletableFuture<Boolean>> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String text = "n" + i;
            others.add(writer.write(sql -> {
                sql.update("insert into note values (?)", text);
                // another connection sees nothing of a transaction that is not committed
                return isSeen("n0");
            }));
        }
        free.countDown();

        assertThat(first.get()).isEqualTo(1);
        for (CompletableFuture<Boolean> other : others) {
            assertThat(other.get()).isFalse();
        }
        assertThat(isSeen("n9")).isTrue();
    }

    @Test
    void keepsTheFailureOfOneFromTheOthers() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        writer.write(sql -> await(free));
        CompletableFuture<Integer> one = writer.write(sql -> sql.update("insert into note values (?)", "same"));
        CompletableFuture<Integer> twice = writer.write(sql -> sql.update("insert into note values (?)", "same"));
        CompletableFuture<Integer> other = writer.write(sql -> sql.update("insert into note values (?)", "other"));
        free.countDown();

        assertThat(one.get()).isEqualTo(1);
        assertThatThrownBy(twice::get).isInstanceOf(ExecutionException.class);
        assertThat(other.get()).isEqualTo(1);
        assertThat(isSeen("same")).isTrue();
        assertThat(isSeen("other")).isTrue();
    }

    @Test
    void connectsAnewAfterAnOutage() throws Exception {
        away = true;
        assertThatThrownBy(() -> writer.write(sql -> 1).get()).hasMessageContaining("away");
        away = false;
        assertThat(writer.write(sql -> 1).get()).isEqualTo(1);

        assertThatThrownBy(() -> writer.write(sql -> {
                            throw new SQLException("it went away");
                        })
                        .get())
                .hasMessageContaining("away");
        assertThat(writer.write(sql -> 2).get()).isEqualTo(2);
        assertThat(connections).hasValue(2);
    }

    @Test
    void goesOnAfterAnError() throws Exception {
        assertThatThrownBy(() -> writer.write(sql -> {
                            throw new OutOfMemoryError("not really");
                        })
                        .get())
                .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(writer.write(sql -> 1).get()).isEqualTo(1);
    }

    @Test
    void writesWhatWasAskedForBeforeItCloses() throws Exception {
        writer.write(sql -> sql.update("insert into note values (?)", "last"));
        writer.close();

        assertThat(isSeen("last")).isTrue();
        assertThatThrownBy(() -> writer.write(sql -> 1).get()).hasMessageContaining("closed");
    }

    private boolean isSeen(String text) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("notes"));
                Sql sql = new Sql(connection)) {
            return sql.exists("select 1 from note where text = ?", text);
        }
    }

    private static Void await(CountDownLatch latch) {
        try {
            latch.await();
            return null;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
