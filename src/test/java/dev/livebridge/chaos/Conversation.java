package dev.livebridge.chaos;

/**
 * One of the conversations: two in five are queued over the bridge, whose users it knows then; of the others it sees an id
 * for the first time in a message.
 */
record Conversation(int number) {
    private static final String USER = "u";
    private static final String KNOWN = "known-";
    private static final String UNKNOWN = "unknown-";

    boolean isKnown() {
        return number % 5 < 2;
    }

    String id() {
        return (isKnown() ? KNOWN : UNKNOWN) + number;
    }

    /** Of a known one. */
    String userHash() {
        return USER + number;
    }

    /** The id that Live gives to this user's conversation. */
    static String idOf(String userHash) {
        return KNOWN + userHash.substring(USER.length());
    }
}
