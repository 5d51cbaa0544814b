package dev.livebridge.bench;

import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.dataformat.JsonLibrary;

/**
 * A plain Camel route, tuned: the same work as the bridge's in a dozen lines, transacted, retried without end, and with
 * no further guarantee.
 */
final class PlainRoute extends RouteBuilder {
    private final Work work = Work.fromEnvironment();

    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.configure().addRoutesBuilder(new PlainRoute());
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport started) {
                System.out.println("Up: the plain route");
            }
        });
        main.run();
    }

    @Override
    public void configure() {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(work.jmsUrl());
        factory.setConsumerWindowSize(1024);
        JmsComponent jms = getContext().getComponent("jms", JmsComponent.class);
        jms.setConnectionFactory(factory);
        jms.setTransacted(true);
        jms.setLazyCreateTransactionManager(false);
        jms.setCacheLevelName("CACHE_CONSUMER");
        jms.setConcurrentConsumers(work.consumers());
        jms.setDisableReplyTo(true);

        HttpComponent http = getContext().getComponent("http", HttpComponent.class);
        http.setMaxTotalConnections(200);
        http.setConnectionsPerRoute(200);
        http.setAutomaticRetriesDisabled(true);

        from("jms:" + Queues.MESSAGES)
                .errorHandler(defaultErrorHandler()
                        .maximumRedeliveries(-1)
                        .redeliveryDelay(500)
                        .useExponentialBackOff()
                        .backOffMultiplier(2)
                        .maximumRedeliveryDelay(30_000)
                        .retryAttemptedLogLevel(LoggingLevel.DEBUG))
                .unmarshal()
                .json(JsonLibrary.Jackson, Map.class)
                .removeHeaders("*")
                .setHeader(Exchange.HTTP_PATH, simple("/${body[conversationId]}/client/message"))
                .setHeader(Exchange.CONTENT_TYPE, constant("application/json"))
                .process(exchange -> exchange.getMessage().setBody(call(exchange)))
                .marshal()
                .json(JsonLibrary.Jackson)
                .to(work.liveUrl() + "?httpMethod=POST&skipRequestHeaders=true");
    }

    private static Map<String, Object> call(Exchange exchange) {
        Object text = exchange.getMessage().getBody(Map.class).get("text");
        return Map.of("message", List.of(Map.of("action", "text", "value", text, "source", "user")));
    }
}
