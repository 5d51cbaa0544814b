package dev.livebridge;

import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;

/** Closes something when Camel has stopped its routes; what was added last goes first. */
public final class OnStop extends ServiceSupport {
    private final AutoCloseable resource;

    private OnStop(AutoCloseable resource) {
        this.resource = resource;
    }

    public static void close(CamelContext context, AutoCloseable resource) throws Exception {
        context.addService(new OnStop(resource), true, true);
    }

    @Override
    protected void doStop() throws Exception {
        resource.close();
    }
}
