package dev.livebridge.bench;

/**
 * The environment in which every contender finds its work; the names are those of the bridge's properties.
 *
 * @param jmsUrl    the broker
 * @param liveUrl   where calls go
 * @param consumers how many messages it may work on at once
 */
record Work(String jmsUrl, String liveUrl, int consumers) {
    static final String JMS_URL = "LIVE_JMS_URL";
    static final String LIVE_URL = "LIVE_API_BASE_URL";
    static final String CONSUMERS = "LIVE_CONSUMERS";

    static Work fromEnvironment() {
        return new Work(System.getenv(JMS_URL), System.getenv(LIVE_URL), Integer.parseInt(System.getenv(CONSUMERS)));
    }
}
