package dev.livebridge;

import dev.livebridge.attachment.Addresses;
import dev.livebridge.attachment.ContentTypes;
import dev.livebridge.attachment.ObjectSource;
import dev.livebridge.attachment.S3;
import dev.livebridge.attachment.S3Server;
import dev.livebridge.attachment.Upload;
import dev.livebridge.attachment.UrlSource;
import dev.livebridge.bot.Bots;
import dev.livebridge.broker.BrokerLock;
import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.broker.Consumers;
import dev.livebridge.broker.Gate;
import dev.livebridge.conversation.Attendance;
import dev.livebridge.conversation.BotChoice;
import dev.livebridge.conversation.Conversations;
import dev.livebridge.conversation.GroupOrder;
import dev.livebridge.conversation.Holds;
import dev.livebridge.conversation.MessageGroups;
import dev.livebridge.conversation.MessageReader;
import dev.livebridge.conversation.Openings;
import dev.livebridge.conversation.Receiver;
import dev.livebridge.conversation.UnreadableMessages;
import dev.livebridge.deadletter.DeadLetterConverter;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.delivery.Backoff;
import dev.livebridge.delivery.Deliveries;
import dev.livebridge.delivery.Expiry;
import dev.livebridge.delivery.Failures;
import dev.livebridge.delivery.LastRun;
import dev.livebridge.delivery.Retries;
import dev.livebridge.event.DelayedEvents;
import dev.livebridge.event.EventRecords;
import dev.livebridge.event.LiveEvents;
import dev.livebridge.event.Outcomes;
import dev.livebridge.event.ReplyTo;
import dev.livebridge.event.WebhookSecret;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.http.BoundedCalls;
import dev.livebridge.http.BoundedHttpComponent;
import dev.livebridge.jms.Originals;
import dev.livebridge.live.LiveAnswer;
import dev.livebridge.live.LiveHeaders;
import dev.livebridge.message.AddToExtra;
import dev.livebridge.message.MessageCall;
import dev.livebridge.message.MessageRequestReader;
import dev.livebridge.message.QueueCall;
import dev.livebridge.message.RequestReader;
import dev.livebridge.message.RequestSchema;
import dev.livebridge.message.RequestedUser;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.Spool;
import dev.livebridge.store.Store;
import dev.livebridge.webhook.RequestBody;
import jakarta.jms.ConnectionFactory;
import java.net.URI;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.LoggingLevel;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.util.function.Suppliers;
import org.apache.hc.core5.http.HttpHost;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The beans that the routes name, made from the settings. To make them touches nothing outside the process. */
final class Beans {
    private Beans() {}

    static void bind(Settings settings, Store store, LastRun lastRun, Spool spool, CamelContext context)
            throws Exception {
        Registry registry = context.getRegistry();
        Bots bots = BotBeans.bots(settings);
        long botId = bots.main().id();
        TokenFilter tokenFilter = new TokenFilter(BotBeans.tokens(settings));
        long maxTextSize = settings.size("live.messages.max-text-size");

        // message: the formats
        Steps steps = new Steps(registry);
        RequestReader requestReader = new RequestReader(schema("conversation-request"), maxTextSize);
        steps.bind("requestReader.read", requestReader::read);
        MessageRequestReader messageRequestReader = new MessageRequestReader(
                schema("message-request"),
                maxTextSize,
                settings.size("live.attachments.max-inline-size"),
                settings.size("live.attachments.max-size"));
        steps.bind("messageRequestReader.read", messageRequestReader::read);
        steps.bindProcessor("requestedUser.setBody", RequestedUser::setBody);
        registry.bind("addToExtra", new AddToExtra());
        QueueCall queueCall = queueCall(settings, tokenFilter);
        steps.bindProcessor("queueCall.build", queueCall::build);
        steps.bindProcessor("queueCall.readAnswer", queueCall::readAnswer);
        registry.bind("liveJson", QueueCall.LIVE_JSON);

        // broker: what it must have, and how it is read
        Outages outages = new Outages();
        BrokerLock lock = lock(settings, registry);
        BrokerQueues queues = queues(settings, bots, lock);
        registry.bind("brokerLock", lock);
        registry.bind("brokerQueues", queues);
        registry.bind("consumers", new Consumers(queues, lock, outages));

        // conversation: who talks in which
        Originals originals = new Originals(internalQueues(settings, bots));
        Deliveries deliveries = new Deliveries(store, records(settings, bots), outages, lastRun);
        UnreadableMessages unreadable = new UnreadableMessages(
                settings.text("live.queues.deadletters"),
                () -> factory(registry, "brokerConnectionFactory"),
                originals,
                deliveries);
        steps.bindProcessor("unreadableMessages.bury", unreadable::bury);
        MessageGroups messageGroups = new MessageGroups(store, botId);
        Conversations conversations = new Conversations(
                store,
                bots,
                messageGroups,
                settings.duration("live.conversations.max-age"),
                settings.flag("live.conversations.reopen-closed")
                        ? settings.text("live.conversations.reopened-firstname")
                        : null,
                settings.flag("live.messages.hold-until-attended"));
        registry.bind("store", store.dataSource());
        registry.bind("conversations", conversations);
        steps.bindDecision("conversations.find", conversations::find);
        steps.bind("conversations.address", conversations::address);
        steps.bind("conversations.checkOpen", conversations::checkOpen);
        steps.bind("conversations.findUser", conversations::findUser);
        steps.bind("conversations.remember", conversations::remember);
        steps.bind("conversations.close", conversations::close);
        BotChoice choice = new BotChoice(bots, conversations);
        registry.bind("botChoice", choice);
        steps.bind("botChoice.choose", choice::choose);
        steps.bind("botChoice.chooseUnread", choice::chooseUnread);
        registry.bind("botRoutes", new BotRoutes(bots, context));
        Openings openings = new Openings(store, botId);
        steps.bind("openings.claim", openings::claim);
        steps.bind("openings.complete", openings::complete);
        steps.bind("openings.giveUp", openings::giveUp);
        // the connections are configured after this
        Supplier<GroupOrder> order = Suppliers.memorize(() -> groupOrder(settings, registry));
        steps.bindDecision("groupOrder.check", progress -> order.get().check(progress));
        Supplier<Holds> holds = Suppliers.memorize(() ->
                holds(settings, bots, store, conversations, order.get(), originals, unreadable, outages, registry));
        registry.bind("holds", Holds.class, () -> holds.get());
        steps.bindDecision("holds.check", progress -> holds.get().check(progress));
        steps.bind("holds.begin", progress -> holds.get().begin(progress));
        steps.bind("holds.setAside", progress -> holds.get().setAside(progress));
        steps.bind("holds.postpone", progress -> holds.get().postpone(progress));
        steps.bind("holds.releaseUser", progress -> holds.get().releaseUser(progress));
        Supplier<Attendance> attendance = Suppliers.memorize(() -> attendance(settings, store, holds.get()));
        registry.bind("attendance", Attendance.class, () -> attendance.get());
        steps.bind("attendance.await", progress -> attendance.get().await(progress));
        steps.bind("attendance.lookAgain", progress -> attendance.get().lookAgain(progress));
        for (Bots.InQueue queue : bots.queues()) {
            if (!queue.readFrom().equals(queue.name())) {
                registry.bind(
                        "reader of " + queue.name(),
                        MessageReader.class,
                        Suppliers.memorize(() -> reader(
                                settings,
                                queue,
                                queues,
                                choice,
                                conversations,
                                messageGroups,
                                originals,
                                spool,
                                outages,
                                unreadable,
                                registry)));
            }
        }

        Addresses addresses = attachments(settings, spool, registry);
        steps.bindProcessor(
                "messageCall.build",
                new MessageCall(
                                settings.text("live.api.message-path"),
                                addresses,
                                settings.flag("live.api.split-entries"))::build);
        LookupBeans.bind(settings, context);

        // delivery: kinds of failure, records, dead letters
        Outcomes outcomes = new Outcomes(settings.flag("live.events.sent"));
        registry.bind("outages", outages);
        registry.bind("deliveries", deliveries);
        registry.bind("http", new BoundedHttpComponent());
        bindClients(settings, registry);
        steps.bindDecision("deliveries.look", deliveries::look);
        steps.bindDecision("deliveries.claimKey", deliveries::claimKey);
        steps.bindDecision("deliveries.start", deliveries::start);
        steps.bind("deliveries.endQueueCall", deliveries::endQueueCall);
        steps.bindProcessor("deliveries.confirmEntry", deliveries::confirmEntry);
        steps.bind("deliveries.confirm", deliveries::confirm);
        steps.bind("deliveries.fail", deliveries::fail);
        steps.bind("deliveries.rollBack", deliveries::rollBack);
        steps.bind("deliveries.beginAnew", deliveries::beginAnew);
        registry.bind("receiver", new Receiver(spool, holds, order, deliveries, bots));
        steps.bindProcessor("liveAnswer.read", new LiveAnswer(tokenFilter, outages, bots)::read);
        registry.bind(
                "retries",
                new Retries(
                        limits(settings),
                        deliveries,
                        outages,
                        new DelayedEvents(context, outcomes),
                        tokenFilter,
                        bots,
                        progress -> holds.get().isWaiting(progress)));
        ProbeBeans.bind(settings, bots, outages, context);
        steps.bind("expiry.check", Expiry::check);
        steps.bindProcessor("failures.describe", new Failures(tokenFilter, deliveries)::describe);
        registry.bind("deadLetterConverter", new DeadLetterConverter());
        // the factory is made from the configuration, after these
        registry.bind(
                "deadLetters",
                DeadLetters.class,
                () -> new DeadLetters(
                        factory(registry, "brokerConnectionFactory"),
                        settings.text("live.queues.deadletters"),
                        settings.inQueues(),
                        spool));

        // event: what became of it, and what Live tells
        registry.bind("outcomes", outcomes);
        steps.bind("outcomes.setQueued", outcomes::setQueued);
        steps.bind("outcomes.addSent", outcomes::addSent);
        steps.bindDecision("outcomes.setSent", outcomes::setSent);
        steps.bind("outcomes.setFailed", outcomes::setFailed);
        registry.bind(
                "replyTo",
                new ReplyTo(
                        settings.list("live.reply-to.allowed"),
                        ownQueues(settings, bots),
                        () -> factory(registry, "replyConnectionFactory")));
        WebhookSecret webhookSecret = new WebhookSecret(
                settings.text("live.webhook.secret"),
                settings.find("live.webhook.previous-secret").orElse(null));
        steps.bindProcessor("webhookSecret.check", webhookSecret::check);
        RequestBody requestBody = new RequestBody(
                settings.size("live.webhook.max-size"), settings.duration("live.webhook.request-timeout"));
        steps.bindProcessor("requestBody.read", requestBody::read);
        // a caller who is gone before the answer is no failure
        registry.bind("goneCallers", new LoggingExceptionHandler(context, WebhookSecret.class, LoggingLevel.DEBUG));
        LiveEvents liveEvents = new LiveEvents(schema("live-event"), tokenFilter);
        registry.bind("liveEvents", liveEvents);
        steps.bindProcessor("liveEvents.read", liveEvents::read);
        registry.bind(
                "eventRecords",
                new EventRecords(
                        store,
                        botId,
                        settings.duration("live.idempotency.retention"),
                        settings.text("live.queues.events"),
                        outages));
    }

    private static Attendance attendance(Settings settings, Store store, Holds holds) {
        return new Attendance(
                store,
                settings.flag("live.messages.hold-until-attended"),
                settings.duration("live.hold.timeout"),
                holds);
    }

    private static GroupOrder groupOrder(Settings settings, Registry registry) {
        return new GroupOrder(
                registry.lookupByNameAndType("deliveries", Deliveries.class),
                BotBeans.isGrouped(settings),
                settings.text("live.queues.held"),
                factory(registry, "brokerConnectionFactory"));
    }

    private static Holds holds(
            Settings settings,
            Bots bots,
            Store store,
            Conversations conversations,
            GroupOrder order,
            Originals originals,
            UnreadableMessages unreadable,
            Outages outages,
            Registry registry) {
        return new Holds(
                store,
                factory(registry, "brokerConnectionFactory"),
                settings.text("live.queues.held"),
                bots,
                conversations,
                order,
                originals,
                unreadable,
                outages);
    }

    private static MessageReader reader(
            Settings settings,
            Bots.InQueue queue,
            BrokerQueues queues,
            BotChoice choice,
            Conversations conversations,
            MessageGroups messageGroups,
            Originals originals,
            Spool spool,
            Outages outages,
            UnreadableMessages unreadable,
            Registry registry) {
        return new MessageReader(
                factory(registry, "readerConnectionFactory"),
                queues,
                queue.name(),
                queue.readFrom(),
                settings.integer("live.reader.batch-size"),
                settings.integer("live.consumers"),
                choice,
                conversations,
                messageGroups,
                originals,
                spool,
                outages,
                unreadable);
    }

    private static BrokerLock lock(Settings settings, Registry registry) {
        // the factories are made from the configuration, after this; an older one has no factory for it
        Supplier<ConnectionFactory> factory = () -> Optional.ofNullable(factory(registry, "lockConnectionFactory"))
                .orElseGet(() -> factory(registry, "brokerConnectionFactory"));
        return new BrokerLock(
                factory,
                settings.text("live.queues.messages"),
                settings.find("live.store.url").isEmpty());
    }

    private static BrokerQueues queues(Settings settings, Bots bots, Gate gate) {
        Map<String, BrokerQueues.Use> queues = new TreeMap<>();
        for (String queue : List.of("live.queues.held", "live.queues.events", "live.queues.deadletters")) {
            queues.put(settings.text(queue), BrokerQueues.Use.PLAIN);
        }
        for (Bots.InQueue queue : bots.queues()) {
            queues.put(queue.name(), queue.messages() ? BrokerQueues.Use.ONE_READER : BrokerQueues.Use.PLAIN);
            if (queue.messages()) {
                // the same queue where producers set the groups
                queues.put(queue.readFrom(), BrokerQueues.Use.GROUPED);
            }
        }
        return new BrokerQueues(queues, gate);
    }

    /** Those that only the bridge writes to. */
    private static Set<String> internalQueues(Settings settings, Bots bots) {
        Set<String> queues =
                new HashSet<>(Set.of(settings.text("live.queues.grouped"), settings.text("live.queues.held")));
        bots.queues().stream()
                .filter(queue -> !queue.readFrom().equals(queue.name()))
                .forEach(queue -> queues.add(queue.readFrom()));
        return queues;
    }

    private static Deliveries.Rules records(Settings settings, Bots bots) {
        return new Deliveries.Rules(
                bots.main().id(),
                settings.integer("live.jms.max-crash-deliveries"),
                notSentAgain(settings, bots),
                settings.duration("live.idempotency.retention"));
    }

    private static Set<String> notSentAgain(Settings settings, Bots bots) {
        return bots.queues().stream()
                .filter(queue -> settings.text(
                                queue.messages() ? "live.uncertain.messages" : "live.uncertain.conversations")
                        .equals("dead-letter"))
                .map(Bots.InQueue::name)
                .collect(Collectors.toSet());
    }

    private static Retries.Limits limits(Settings settings) {
        return new Retries.Limits(
                new Backoff(
                        settings.duration("live.retry.delay"),
                        Double.parseDouble(settings.text("live.retry.multiplier")),
                        settings.duration("live.retry.max-delay")),
                settings.integer("live.retry.max-attempts"),
                settings.duration("live.retry.max-retry-after"),
                settings.duration("live.retry.give-up-after"),
                settings.duration("live.retry.notify-after"),
                settings.duration("live.hold.after"),
                settings.duration("live.hold.timeout"),
                settings.duration("live.messages.wait-for-conversation"));
    }

    /** attachment: content, type, key, address. */
    private static Addresses attachments(Settings settings, Spool spool, Registry registry) {
        long maxSize = settings.size("live.attachments.max-size");
        String bucket = settings.find("live.s3.bucket").orElse(null);
        registry.bind(
                "urlSource",
                new UrlSource(
                        settings.list("live.attachments.allowed-hosts"),
                        settings.find("camel.component.http.proxyHost")
                                .map(host -> new HttpHost(host, settings.integer("camel.component.http.proxyPort")))
                                .orElse(null),
                        maxSize,
                        settings.duration("live.api.connect-timeout"),
                        settings.duration("live.api.response-timeout"),
                        settings.duration("live.attachments.fetch-timeout")));
        registry.bind(
                "contentTypes",
                new ContentTypes(
                        settings.list("live.attachments.image-types"),
                        settings.list("live.attachments.refused-types"),
                        settings.list("live.attachments.allowed-types"),
                        maxSize));
        registry.bind("upload", new Upload(bucket));
        S3 s3 = s3(settings);
        registry.bind("s3", s3);
        registry.bind("s3Client", S3Client.class, s3::client);
        registry.bind("objectSource", new ObjectSource(s3, settings.list("live.attachments.allowed-sources"), maxSize));
        return new Addresses(
                Addresses.Form.valueOf(settings.text("live.attachments.address").toUpperCase(Locale.ROOT)),
                s3,
                settings.duration("live.attachments.presigned-ttl"),
                settings.find("live.attachments.public-url").orElse(null));
    }

    static S3 s3(Settings settings) {
        AwsCredentialsProvider own = credentials(settings, "live.s3.access-key", "live.s3.secret-key");
        return new S3(
                server(settings),
                own,
                settings.find("live.s3.presign.access-key").isPresent()
                        ? credentials(settings, "live.s3.presign.access-key", "live.s3.presign.secret-key")
                        : own);
    }

    private static AwsCredentialsProvider credentials(Settings settings, String accessKey, String secretKey) {
        return S3.credentials(
                settings.find(accessKey).orElse(null), settings.find(secretKey).orElse(null));
    }

    private static S3Server server(Settings settings) {
        return new S3Server(
                settings.find("live.s3.endpoint").map(URI::create).orElse(null),
                settings.find("live.s3.public-endpoint").map(URI::create).orElse(null),
                settings.find("live.s3.region").map(Region::of).orElse(null),
                settings.flag("live.s3.path-style"),
                settings.text("live.s3.checksums").equals("when-supported"),
                settings.duration("live.s3.connect-timeout"),
                settings.duration("live.s3.response-timeout"));
    }

    /** Made from the configuration, after the beans: not there before Camel has started. */
    private static ConnectionFactory factory(Registry registry, String name) {
        return registry.lookupByNameAndType(name, ConnectionFactory.class);
    }

    private static RequestSchema schema(String name) {
        return RequestSchema.of(name + ".schema.json");
    }

    private static QueueCall queueCall(Settings settings, TokenFilter tokenFilter) {
        QueueCall.ExtraShape shape = QueueCall.ExtraShape.valueOf(
                settings.text("live.api.extra-shape").toUpperCase(Locale.ROOT));
        Map<String, Object> extra = new LinkedHashMap<>(settings.family("live.extra."));
        return new QueueCall(tokenFilter, name -> settings.numbers("live.groups." + name), extra, shape);
    }

    private static Set<String> ownQueues(Settings settings, Bots bots) {
        Set<String> queues = internalQueues(settings, bots);
        queues.add(settings.text("live.queues.events"));
        queues.add(settings.text("live.queues.deadletters"));
        bots.queues().forEach(queue -> queues.add(queue.name()));
        return queues;
    }

    /** What HTTP steps name as their {@code httpClientConfigurer}. */
    static void bindClients(Settings settings, Registry registry) {
        BoundedCalls boundedCalls = new BoundedCalls(
                settings.duration("live.api.connect-timeout"), settings.duration("live.api.response-timeout"));
        registry.bind("boundedCalls", boundedCalls);
        registry.bind("liveHeaders", new LiveHeaders(settings.family("live.api.headers."), boundedCalls));
    }
}
