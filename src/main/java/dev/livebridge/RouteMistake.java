package dev.livebridge;

import org.apache.camel.spi.Resource;

/** What is wrong in a file of routes: the file, the line where it is known, and the reason. */
record RouteMistake(Resource resource, Exception exception) {
    @Override
    public String toString() {
        Throwable cause = exception;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return resource.getLocation() + ": " + cause.getMessage();
    }
}
