package dev.livebridge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** What the bridge says in its log, stack traces included, while this is open. */
public final class Log extends AbstractAppender implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();

    private Log() {
        // of two with one name, only the first would hear anything
        super(TestBridge.unique("log"), null, null, true, Property.EMPTY_ARRAY);
    }

    public static Log listen() {
        Log log = new Log();
        log.start();
        ((Logger) LogManager.getRootLogger()).addAppender(log);
        return log;
    }

    /** The same, with all that Camel and the bridge can say. */
    public static Log listenToAll() {
        Configurator.setLevel("org.apache.camel", Level.DEBUG);
        Configurator.setLevel("dev.livebridge", Level.TRACE);
        return listen();
    }

    public List<String> lines() {
        return lines;
    }

    /** Those of the level ERROR, and those with a stack trace. */
    public List<String> errors() {
        return errors;
    }

    @Override
    public void append(LogEvent event) {
        lines.add(event.getMessage().getFormattedMessage());
        if (event.getLevel().isMoreSpecificThan(Level.ERROR) || event.getThrown() != null) {
            errors.add(event.getMessage().getFormattedMessage());
        }
        for (Throwable cause = event.getThrown(); cause != null; cause = cause.getCause()) {
            lines.add(cause.toString());
        }
    }

    @Override
    public void close() {
        ((Logger) LogManager.getRootLogger()).removeAppender(this);
        // as in log4j2-test.properties: the next test in this process may look for what is said there
        Configurator.setLevel("org.apache.camel", Level.INFO);
        Configurator.setLevel("dev.livebridge", Level.INFO);
    }
}
