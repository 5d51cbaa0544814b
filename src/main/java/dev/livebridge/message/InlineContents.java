package dev.livebridge.message;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.spool.Content;
import dev.livebridge.spool.ContentStream;
import dev.livebridge.spool.SpoolFolder;
import dev.livebridge.spool.TooLargeException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes the base64 of {@code /attachments/N/content} out of a JSON stream and into the spool while the rest is parsed,
 * so that it never stands in memory. In its place the document holds a name for {@link #get}.
 */
final class InlineContents {
    private final SpoolFolder spool;
    private final long maxSize;
    private final Map<String, Content> contents = new HashMap<>();

    /** @param maxSize {@code live.attachments.max-inline-size}, bytes */
    InlineContents(SpoolFolder spool, long maxSize) {
        this.spool = spool;
        this.maxSize = maxSize;
    }

    /** What stood where the document now holds this name. */
    Content get(String name) {
        return contents.get(name);
    }

    JsonParser takenOutOf(JsonParser parser) {
        return new JsonParserDelegate(parser) {
            @Override
            public String getText() throws IOException {
                if (!hasToken(JsonToken.VALUE_STRING) || !"content".equals(currentName())) {
                    return super.getText();
                }
                String path = getParsingContext().pathAsPointer().toString();
                return path.matches("/attachments/\\d+/content") ? take(delegate, path) : super.getText();
            }
        };
    }

    private String take(JsonParser parser, String path) throws IOException {
        try (ContentStream stream = spool.create(maxSize)) {
            parser.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, stream);
            stream.close();
            String name = Integer.toString(contents.size());
            contents.put(name, stream.content());
            return name;
        } catch (TooLargeException e) {
            throw new IOException(RefusedException.request(
                    ErrorCode.ATTACHMENT_TOO_LARGE,
                    path,
                    "has more than the " + maxSize + " bytes that live.attachments.max-inline-size allows"));
        } catch (JsonEOFException e) {
            throw e;
        } catch (JsonParseException | IllegalArgumentException e) {
            String reason = e instanceof JsonParseException parse ? parse.getOriginalMessage() : e.getMessage();
            throw new IOException(RefusedException.request(ErrorCode.INVALID_REQUEST, path, "is no base64: " + reason));
        }
    }
}
