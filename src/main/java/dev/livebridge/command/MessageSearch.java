package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.Settings;
import dev.livebridge.StartException;
import dev.livebridge.deadletter.OpenLetter;
import dev.livebridge.deadletter.Selection;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Store;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.dao.DataAccessException;

/** Finds what the store and the queues hold of a message, a conversation or a user. It takes nothing from a queue. */
final class MessageSearch {
    /** The newest records are enough to tell what goes on. */
    private static final int MOST = 50;

    private final Client client;
    private final Settings settings;

    MessageSearch(Client client) {
        this.client = client;
        this.settings = client.settings();
    }

    /**
     * A line for each finding; none where nothing is known.
     *
     * @param more a queue to look at besides the bridge's own
     */
    List<String> find(String id, String... more) throws JMSException, IOException {
        List<String> found = new ArrayList<>();
        try (Store store = Bridge.store(settings).readOnly()) {
            if (store.exists()) {
                found.addAll(store.read(sql -> records(sql, id)));
            }
        } catch (DataAccessException e) {
            found.add("the store can't be read: " + e.getMostSpecificCause().getMessage());
        }
        try (Connection connection = client.connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            Set<String> queues = queues();
            queues.addAll(List.of(more));
            for (String queue : queues) {
                try {
                    if (Client.count(session, queue) > 0) {
                        client.browse(queue).open(Selection.ALL, letter -> {
                            if (isOf(letter, id)) {
                                found.add(line(letter, queue));
                            }
                        });
                    }
                } catch (JMSSecurityException e) {
                    // a producer's user, say
                    found.add(queue + " can't be looked at: this user may not browse it");
                }
            }
        }
        return found.stream().map(StartException::oneLine).toList();
    }

    private Set<String> queues() {
        Set<String> queues = new LinkedHashSet<>();
        for (String key : List.of(
                "live.queues.conversations",
                "live.queues.messages",
                "live.queues.grouped",
                "live.queues.held",
                "live.queues.deadletters")) {
            queues.add(settings.text(key));
        }
        for (String bot : settings.botNames()) {
            settings.find("live.bots." + bot + ".queues.conversations").ifPresent(queues::add);
            settings.find("live.bots." + bot + ".queues.messages").ifPresent(queue -> {
                queues.add(queue);
                queues.add(Settings.grouped(queue));
            });
        }
        return queues;
    }

    private List<String> records(Sql sql, String id) throws SQLException {
        Set<String> lines = new LinkedHashSet<>();
        Set<String> groups = new LinkedHashSet<>(List.of(id));
        for (List<String> conversation : sql.list(
                "select * from conversation where conversation_id = ? or user_hash = ? order by queued_at desc limit "
                        + MOST,
                row -> named(row, groups, conversation(row)),
                id,
                id)) {
            lines.addAll(conversation);
        }
        for (List<String> message : sql.list(
                // what follows the blank tells messages of one JMSMessageID apart
                "select * from delivery where substr(message_id, 1, ?) = ? or conversation_id = ? or user_hash = ?"
                        + " order by began_at desc limit " + MOST,
                row -> named(row, groups, message(row)),
                id.length() + 1,
                id + " ",
                id,
                id)) {
            lines.addAll(message);
        }
        for (String bot : settings.botNames()) {
            groups.addAll(groups.stream().map(group -> bot + "/" + group).toList());
        }
        for (String group : groups) {
            lines.addAll(sql.list("select * from hold where group_id = ?", MessageSearch::hold, group));
        }
        return List.copyOf(lines);
    }

    /** The line of a row, whose user and conversation may wait. */
    private static List<String> named(ResultSet row, Set<String> groups, String line) throws SQLException {
        for (String column : List.of("user_hash", "conversation_id")) {
            if (row.getString(column) != null) {
                groups.add(row.getString(column));
            }
        }
        return List.of(line);
    }

    private static String conversation(ResultSet row) throws SQLException {
        String user = row.getString("user_hash");
        return "conversation " + row.getString("conversation_id") + (user == null ? "" : " of user " + user)
                + ": known since " + Sql.instant(row, "queued_at") + time(", attended since ", row, "attended_at")
                + time(", closed since ", row, "closed_at");
    }

    private static String time(String what, ResultSet row, String column) throws SQLException {
        Instant time = Sql.instant(row, column);
        return time == null ? "" : what + time;
    }

    private static String message(ResultSet row) throws SQLException {
        int attempts = row.getInt("attempts");
        String state =
                switch (row.getString("state")) {
                    case "CONFIRMED" -> "Live has confirmed it";
                    case "FAILED" -> "failed for good, see the dead letters";
                    case "STARTED" -> "a call to Live is under way, or was cut off";
                    default -> row.getBoolean("held") ? "set aside on the held queue" : "waits for its next attempt";
                };
        return "message " + row.getString("message_id").replaceFirst(" .*", "") + " of " + row.getString("queue") + ": "
                + state + ", "
                + attempts + (attempts == 1 ? " failed attempt" : " failed attempts") + " so far, first taken up "
                + Sql.instant(row, "began_at") + ", last change " + Sql.instant(row, "changed_at")
                + (row.getBoolean("uncertain") ? ", uncertain" : "");
    }

    private static String hold(ResultSet row) throws SQLException {
        return row.getString("group_id") + " waits on the held queue since " + Sql.instant(row, "began_at")
                + ", next attempt " + Sql.instant(row, "due_at") + ": " + row.getString("reason");
    }

    private static boolean isOf(OpenLetter letter, String id) throws JMSException, IOException {
        if (letter.properties().containsKey("liveHopSeal")) {
            // a marker in the place of those that are held
            return false;
        }
        return List.of(letter.header(), letter.properties()).stream()
                        .flatMap(values -> values.values().stream())
                        .anyMatch(id::equals)
                || String.valueOf(letter.properties().get("liveEarlierIds")).contains(" " + id + " ")
                || id.equals(letter.addressee().conversationId())
                || id.equals(letter.addressee().userHash());
    }

    private static String line(OpenLetter letter, String queue) {
        Map<String, Object> properties = letter.properties();
        Object messageId = first(properties, "liveHopMessageId", "liveOriginMessageId");
        String what = "message " + (messageId == null ? letter.header().get("JMSMessageID") : messageId);
        Object code = properties.get("liveErrorCode");
        if (code != null) {
            return what + " is a dead letter on " + queue + " since " + properties.get("liveFailedAt") + ": " + code
                    + " after " + properties.get("liveAttempts") + " attempts: " + properties.get("liveErrorMessage")
                    + " (bin/live-bridge dead-letters show " + letter.header().get("JMSMessageID") + ")";
        }
        return what + " waits on " + queue + " since " + letter.header().get("JMSTimestamp");
    }

    private static Object first(Map<String, Object> properties, String... names) {
        return List.of(names).stream()
                .map(properties::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
