package dev.livebridge.attachment;

import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.HttpMeaning;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.ServerErrorException;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.http.BoundedConnections;
import dev.livebridge.spool.ContentStream;
import dev.livebridge.spool.SpoolFolder;
import dev.livebridge.spool.TooLargeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.Variable;
import org.apache.camel.util.function.Suppliers;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.UnsupportedSchemeException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultRedirectStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * Fetches the {@code url} of an attachment into the spool, from where {@code live.attachments.allowed-hosts} allows and
 * from nowhere else: names are checked before each request, redirects included, and addresses when the client looks them
 * up to connect, so that no name server can change its mind in between. Through an HTTP proxy, which looks them up
 * itself, the names alone are checked. Neither cookies nor credentials are sent.
 *
 * <p>HttpClient rather than Camel's component for it: what is refused in the middle of a stream must cut the connection,
 * where Camel would read an endless body to its end.
 */
public final class UrlSource implements AutoCloseable {
    private static final int MAX_REDIRECTS = 5;

    private final AllowedHosts hosts;
    private final HttpHost proxy;
    private final long maxSize;
    private final Duration timeout;
    private final NameServer names;
    /** Made at the first url: most bridges fetch none. */
    private final Supplier<BoundedConnections> connections;

    private final Supplier<CloseableHttpClient> client;

    /**
     * @param allowedHosts    {@code live.attachments.allowed-hosts}
     * @param proxy           an HTTP proxy, null for none
     * @param maxSize         {@code live.attachments.max-size}, bytes
     * @param connectTimeout  how long to wait for a connection
     * @param responseTimeout how long to wait for an answer, and for each further part of it
     * @param timeout         {@code live.attachments.fetch-timeout}, for the whole of it
     */
    public UrlSource(
            List<String> allowedHosts,
            HttpHost proxy,
            long maxSize,
            Duration connectTimeout,
            Duration responseTimeout,
            Duration timeout) {
        this(
                allowedHosts,
                proxy,
                maxSize,
                connectTimeout,
                responseTimeout,
                timeout,
                SystemDefaultDnsResolver.INSTANCE::resolve);
    }

    UrlSource(
            List<String> allowedHosts,
            HttpHost proxy,
            long maxSize,
            Duration connectTimeout,
            Duration responseTimeout,
            Duration timeout,
            NameServer names) {
        this.hosts = new AllowedHosts(allowedHosts);
        this.proxy = proxy;
        this.maxSize = maxSize;
        this.timeout = timeout;
        this.names = names;
        this.connections = Suppliers.memorize(() -> connections(connectTimeout, responseTimeout));
        this.client = Suppliers.memorize(() -> client(responseTimeout));
    }

    private BoundedConnections connections(Duration connectTimeout, Duration responseTimeout) {
        BoundedConnections made = new BoundedConnections(
                new DefaultHttpClientConnectionOperator(
                        null,
                        new CheckedAddresses(),
                        RegistryBuilder.<TlsSocketStrategy>create()
                                .register(URIScheme.HTTPS.id, DefaultClientTlsStrategy.createDefault())
                                .build()),
                TimeValue.NEG_ONE_MILLISECOND);
        made.setMaxTotal(200);
        made.setDefaultMaxPerRoute(200);
        made.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(connectTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .setSocketTimeout((int) responseTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .build());
        return made;
    }

    private CloseableHttpClient client(Duration responseTimeout) {
        return HttpClients.custom()
                .setConnectionManager(connections.get())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(responseTimeout.toMillis(), TimeUnit.MILLISECONDS)
                        .setMaxRedirects(MAX_REDIRECTS)
                        .build())
                .addExecInterceptorAfter(ChainElement.REDIRECT.name(), "allowed-hosts", (request, scope, chain) -> {
                    check(scope.route.getTargetHost());
                    return chain.proceed(request, scope);
                })
                .setRedirectStrategy(new WrittenLocations())
                .setProxy(proxy)
                .setUserAgent("live-bridge")
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableContentCompression()
                .disableCookieManagement()
                .build();
    }

    /**
     * Fills in the content.
     *
     * @throws RefusedException            {@code attachment-url-refused}; {@code attachment-unreachable} where the source
     *                                     doesn't have it; {@code attachment-too-large}
     * @throws ServiceUnavailableException where the source asks to wait
     * @throws ServerErrorException        where it fails in other ways; {@code attachment-unreachable} in the end
     * @throws IOException                 where it can't be reached, or the spool can't be written
     */
    public void fetch(@Variable("attachment") Attachment attachment, @Variable(Progress.VARIABLE) Progress progress)
            throws Exception {
        fetch(attachment, progress.spool());
    }

    void fetch(Attachment attachment, SpoolFolder spool) throws Exception {
        HttpGet request = request(attachment);
        CompletableFuture<Void> deadline =
                new CompletableFuture<Void>().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        deadline.exceptionally(late -> {
            request.cancel();
            return null;
        });
        String host = request.getAuthority().getHostName();
        try (ClassicHttpResponse response = client.get().executeOpen(null, request, null)) {
            try {
                checkStatus(attachment, response, host);
                save(attachment, response, spool, host);
            } catch (Exception e) {
                // the rest of the answer is not waited for
                request.cancel();
                throw e;
            }
        } catch (Error e) {
            // gives its connection back
            request.cancel();
            throw e;
        } catch (RefusedHostException | UnsupportedSchemeException e) {
            throw refused(attachment, e.getMessage());
        } catch (UnknownHostException e) {
            throw unreachable("no address for " + e.getMessage(), e);
        } catch (ClientProtocolException | MessageConstraintException e) {
            // whose message may hold an address that is signed
            throw unreachable(host + " does not answer as HTTP has it, or redirects too often", e);
        } catch (IOException e) {
            if (deadline.isDone()) {
                throw unreachable(host + " took longer than live.attachments.fetch-timeout", e);
            }
            throw e;
        } finally {
            deadline.complete(null);
        }
    }

    private HttpGet request(Attachment attachment) throws RefusedException {
        try {
            HttpGet request = new HttpGet(WebAddress.of(attachment.url()));
            check(new HttpHost(request.getScheme(), request.getAuthority()));
            return request;
        } catch (RefusedHostException | IllegalArgumentException e) {
            throw refused(attachment, e.getMessage());
        }
    }

    private void check(HttpHost target) throws RefusedHostException {
        boolean tls = "https".equalsIgnoreCase(target.getSchemeName());
        if (!tls && !"http".equalsIgnoreCase(target.getSchemeName())) {
            throw new RefusedHostException("only http and https are fetched");
        }
        int port = target.getPort() < 0 ? tls ? 443 : 80 : target.getPort();
        if (!hosts.allowsName(target.getHostName(), port)) {
            throw new RefusedHostException(
                    "the host " + target.getHostName() + " is not in live.attachments.allowed-hosts");
        }
    }

    private void checkStatus(Attachment attachment, ClassicHttpResponse response, String host)
            throws RefusedException, ServiceUnavailableException, ServerErrorException {
        int status = response.getCode();
        String said = host + " answered " + status;
        if (HttpMeaning.isOfTheService(status)) {
            Header retryAfter = response.getFirstHeader("Retry-After");
            throw new ServiceUnavailableException(
                    said,
                    new LiveResponse(
                            status,
                            "",
                            HttpMeaning.retryAfter(retryAfter == null ? null : retryAfter.getValue(), Instant.now())));
        }
        if (status >= 500) {
            throw new ServerErrorException(
                    ErrorCode.ATTACHMENT_UNREACHABLE, said, new LiveResponse(status, "", null), null);
        }
        if (status != 200) {
            throw RefusedException.request(ErrorCode.ATTACHMENT_UNREACHABLE, attachment.at("url"), said);
        }
    }

    private void save(Attachment attachment, ClassicHttpResponse response, SpoolFolder spool, String host)
            throws Exception {
        if (response.getEntity() == null) {
            try (ContentStream empty = spool.create(0)) {
                attachment.fetched(empty.content());
            }
            return;
        }
        if (response.getEntity().getContentLength() > maxSize) {
            throw ContentTypes.tooLarge(attachment, maxSize);
        }
        ContentStream stream = spool.create(maxSize);
        try (stream;
                InputStream body = response.getEntity().getContent()) {
            byte[] buffer = new byte[32 * 1024];
            for (int read; (read = read(body, buffer, host)) >= 0; ) {
                stream.write(buffer, 0, read);
            }
            stream.close();
            attachment.fetched(stream.content());
        } catch (TooLargeException e) {
            throw ContentTypes.tooLarge(attachment, maxSize);
        } finally {
            if (attachment.content() == null) {
                spool.remove(stream.content());
            }
        }
    }

    /** What breaks off or stalls within the body is the source's fault, or the file's: not waited for without a count. */
    private static int read(InputStream body, byte[] buffer, String host) throws ServerErrorException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw unreachable(host + " broke off: " + e.getMessage(), e);
        }
    }

    private static ServerErrorException unreachable(String message, IOException e) {
        return new ServerErrorException(ErrorCode.ATTACHMENT_UNREACHABLE, message, null, e);
    }

    private static RefusedException refused(Attachment attachment, String message) {
        return RefusedException.request(ErrorCode.ATTACHMENT_URL_REFUSED, attachment.at("url"), message);
    }

    /** Cuts off what is under way. */
    @Override
    public void close() {
        connections.get().cut();
    }

    /** Looks names up. */
    @FunctionalInterface
    interface NameServer {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** A request would leave for where it may not go. */
    private static final class RefusedHostException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        RefusedHostException(String message) {
            super(message);
        }
    }

    /** Redirects, with addresses as people write them: in UTF-8, of which the client makes a character each byte. */
    private static final class WrittenLocations extends DefaultRedirectStrategy {
        @Override
        public URI getLocationURI(HttpRequest request, HttpResponse response, HttpContext context)
                throws HttpException {
            String location = response.getHeader("Location").getValue();
            try {
                byte[] bytes = location.getBytes(StandardCharsets.ISO_8859_1);
                String text = new String(bytes, StandardCharsets.UTF_8);
                return WebAddress.redirected(text.indexOf('\uFFFD') < 0 ? text : location, request.getUri());
            } catch (IllegalArgumentException | URISyntaxException e) {
                throw new ProtocolException("a redirect to what is no address", e);
            }
        }
    }

    /** Looks names up, for the connection that is made to the very addresses that it answers. */
    private final class CheckedAddresses implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress[] addresses = names.resolve(host);
            if (proxy != null && host.equalsIgnoreCase(proxy.getHostName())) {
                return addresses;
            }
            InetAddress[] allowed = Arrays.stream(addresses)
                    .filter(address -> hosts.allowsAddress(host, address))
                    .toArray(InetAddress[]::new);
            if (allowed.length == 0) {
                throw new RefusedHostException("the host " + host
                        + " has an address of an inner network, which live.attachments.allowed-hosts doesn't name");
            }
            return allowed;
        }

        @Override
        public String resolveCanonicalHostname(String host) throws UnknownHostException {
            return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
        }
    }
}
