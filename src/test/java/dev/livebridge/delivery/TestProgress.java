package dev.livebridge.delivery;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.TestBots;
import dev.livebridge.jms.Identity;
import dev.livebridge.jms.NotKeptException;
import dev.livebridge.jms.Original;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.mockito.Mockito;

/** Messages that have just been taken up, for tests of what is done with them. */
public final class TestProgress {
    private TestProgress() {}

    /** Of a message for this bot, of which nothing else is known. */
    public static Progress of(Bot bot) {
        try {
            TextMessage message =
                    Mockito.mock(TextMessage.class, Mockito.withSettings().stubOnly());
            Progress progress = of(Original.of(message, null));
            progress.setBot(bot);
            return progress;
        } catch (JMSException | NotKeptException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of this message, for the only bot. */
    public static Progress of(Original original) {
        return new Progress(original, null, new Delivery(original.identity()), TestBots.ONE.main());
    }

    /** Of a message of {@code live.messages}. */
    public static Progress ofMessage() {
        return ofMessage(0);
    }

    /** Of one that was set aside before. */
    public static Progress ofHeldMessage() {
        return ofMessage(1);
    }

    private static Progress ofMessage(long heldSince) {
        Original original = Mockito.mock(Original.class, Mockito.withSettings().stubOnly());
        Mockito.when(original.identity())
                .thenReturn(new Identity(
                        "live.messages",
                        "ID:1",
                        "ID:1",
                        0,
                        0,
                        null,
                        null,
                        "a group",
                        "a group",
                        false,
                        null,
                        heldSince));
        return of(original);
    }

    /** The store was asked for its record. */
    public static void lookUp(Progress progress) {
        progress.delivery().looked = true;
    }

    /** Its sender was told that it is delayed. */
    public static void delay(Progress progress) {
        progress.delivery().toldDelayed = true;
    }

    /** As the steps of a route get it. */
    public static Exchange exchange(CamelContext context, Progress progress) {
        Exchange exchange = new DefaultExchange(context);
        exchange.setVariable(Progress.VARIABLE, progress);
        return exchange;
    }
}
