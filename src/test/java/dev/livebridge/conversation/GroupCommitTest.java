package dev.livebridge.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
    private final DataSource pool = mock(DataSource.class);
    private final DataSource direct = mock(DataSource.class);
    private final Connection connection = mock(Connection.class);
    private final Statement writer = mock(Statement.class);
    private final GroupCommit store = new GroupCommit(pool, direct);

    @BeforeEach
    void connect() throws SQLException {
        Connection writing = mock(Connection.class);
        when(pool.getConnection()).thenReturn(connection);
        when(direct.getConnection()).thenReturn(writing);
        when(writing.createStatement()).thenReturn(writer);
        when(connection.prepareStatement(anyString())).thenReturn(mock(PreparedStatement.class));
    }

    @Test
    void writesBeforeAChangeReturns() throws Exception {
        when(connection.getAutoCommit()).thenReturn(true);
        store.getConnection().prepareStatement(" update a set b = 1").executeUpdate();

        verify(writer).execute("checkpoint");
    }

    @Test
    void writesWithTheCommitOfATransaction() throws Exception {
        Connection transaction = store.getConnection();
        transaction.prepareStatement("insert into a values (1)").executeUpdate();
        transaction.prepareStatement("insert into a values (2)").executeBatch();
        verify(writer, times(0)).execute(anyString());
        transaction.commit();

        verify(writer).execute("checkpoint");
    }

    @Test
    void writesNothingForAQuery() throws Exception {
        when(connection.getAutoCommit()).thenReturn(true);
        store.getConnection().prepareStatement("Select 1").executeQuery();

        verify(writer, times(0)).execute(anyString());
    }

    @Test
    void writesOnceForAllThatWait() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        doAnswer(write -> {
                    slow.await();
                    return false;
                })
                .when(writer)
                .execute("checkpoint");
        List<CompletableFuture<Void>> commits = commits(10);
        assertThat(commits).noneMatch(CompletableFuture::isDone);
        slow.countDown();

        commits.forEach(CompletableFuture::join);
        // the first, and one for those that came meanwhile
        verify(writer, times(2)).execute("checkpoint");
    }

    @Test
    void failsForAllThatWaitedForIt() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        doAnswer(write -> {
                    slow.await();
                    throw new SQLException("disk full", "90028", 90028);
                })
                .when(writer)
                .execute("checkpoint");
        List<CompletableFuture<Void>> commits = commits(5);
        slow.countDown();

        for (CompletableFuture<Void> commit : commits) {
            assertThatThrownBy(commit::join).rootCause().hasMessage("disk full");
        }
    }

    @Test
    void writesAgainAfterAFailure() throws Exception {
        when(writer.execute("checkpoint"))
                .thenThrow(new IllegalStateException("closed"))
                .thenReturn(false);

        assertThatThrownBy(() -> store.getConnection().commit()).rootCause().hasMessage("closed");
        store.getConnection().commit();
        verify(direct, times(2)).getConnection();
    }

    /** Under way: the first writes, the others wait. */
    private List<CompletableFuture<Void>> commits(int count) {
        List<CompletableFuture<Void>> commits = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CompletableFuture<Void> commit = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    store.getConnection().commit();
                    commit.complete(null);
                } catch (SQLException e) {
                    commit.completeExceptionally(e);
                }
            });
            thread.start();
            threads.add(thread);
            commits.add(commit);
        }
        await().until(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        return commits;
    }
}
