package dev.livebridge.deadletter;

import dev.livebridge.jms.Original;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which dead letters are meant.
 *
 * @param selector a JMS message selector; null for all
 */
public record Selection(String selector) {
    public static final Selection ALL = new Selection(null);

    /** Those that died with this error code. */
    public static Selection code(String code) {
        return new Selection("liveErrorCode = " + literal(code));
    }

    /** Of these, those that have been replayed less often than that. */
    Selection replayedLessThan(int times) {
        return new Selection("(" + selector + ") AND (liveReplays IS NULL OR liveReplays < " + times + ")");
    }

    /** Those that have one of these ids: of the message they were, or their own. */
    public static Selection ids(Collection<String> ids) {
        String list = list(ids);
        return new Selection("liveOriginMessageId IN " + list + " OR JMSMessageID IN " + list);
    }

    /** Those that have, or had before a replay, this id: of a message, of a dead letter, or the correlation id. */
    public static Selection anyId(String id) {
        String like = id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
        return new Selection(ids(List.of(id)).selector() + " OR JMSCorrelationID = " + literal(id) + " OR "
                + Original.EARLIER_IDS + " LIKE " + literal("% " + like + " %") + " ESCAPE '\\'");
    }

    /** Those whose own JMSMessageID is one of these. */
    static Selection messageIds(Collection<String> ids) {
        return new Selection("JMSMessageID IN " + list(ids));
    }

    private static String list(Collection<String> texts) {
        return texts.stream().map(Selection::literal).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
