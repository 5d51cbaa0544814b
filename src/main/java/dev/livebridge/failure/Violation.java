package dev.livebridge.failure;

/**
 * One thing that is wrong with a request.
 *
 * @param path    where: a JSON Pointer ({@code /user/hash}), {@code /} for the whole object, or {@code property:fileName} for a JMS property
 * @param message what was expected there
 */
public record Violation(String path, String message) {
    @Override
    public String toString() {
        return path + ": " + message;
    }
}
