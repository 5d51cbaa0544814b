package dev.livebridge;

import org.apache.camel.PropertyBindingException;
import org.apache.camel.util.ObjectHelper;

/** Why a command can't begin or go on, in one line for whoever typed it. */
public class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What led to a failure, in one line that shows no secret of an address and no value of a property. */
    public static String reason(Throwable failure) {
        StartException own = ObjectHelper.getException(StartException.class, failure);
        if (own != null) {
            return line(own.getMessage());
        }
        Throwable root = failure;
        PropertyBindingException binding = null;
        while (root.getCause() != null) {
            binding = root instanceof PropertyBindingException found ? found : binding;
            root = root.getCause();
        }
        binding = root instanceof PropertyBindingException found ? found : binding;
        if (binding == null) {
            return line(root.getMessage() == null ? root.toString() : root.getMessage());
        }
        String key = binding.getOptionPrefix() == null ? "" : binding.getOptionPrefix() + ".";
        key = (key + (binding.getOptionKey() == null ? binding.getPropertyName() : binding.getOptionKey()))
                .replace("..", ".");
        return "the property " + key + " can't be set: there is no such option, or it takes no such value";
    }

    /** On one line, with nothing that a terminal would take for a command. */
    public static String oneLine(Object value) {
        return String.valueOf(value).replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
    }

    /** One line, without what may be a secret in the addresses that it shows: users, and all that follows a '?' or a ';'. */
    public static String line(String text) {
        return oneLine(text)
                .replaceAll(" {2,}", " ")
                .replaceAll("(?<=//)[^/\\s,?;]*@", "***@")
                .replaceAll(
                        "(://(?:(?!,\\w+://)[^\\s?;'\"])*[?;])(?:(?!,\\w+://)\\S)+?(?=[:,)'\"]*(?:\\s|$|,\\w+://))",
                        "$1***");
    }
}
