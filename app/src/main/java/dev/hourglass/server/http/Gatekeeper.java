package dev.hourglass.server.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the headers of every request before anything else does, and before its body. The Host must be this server's,
 * so that no foreign name that was made to point here (DNS rebinding) reaches it; an Origin must be its own, so that no
 * page of another site acts through the user's browser; and where there is a token, it must be shown. Sets the headers
 * that every answer carries.
 */
public final class Gatekeeper extends Handler.Wrapper {
    /** Pages run their own modules and nothing else; ECharts writes style attributes into its tooltips. */
    static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr"
            + " 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self';"
            + " manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final HttpFields HEADERS = HttpFields.build()
            .add("Content-Security-Policy", PAGE_POLICY)
            .add("X-Content-Type-Options", "nosniff")
            .add("Referrer-Policy", "no-referrer")
            .add("Cross-Origin-Opener-Policy", "same-origin")
            .add("Cross-Origin-Resource-Policy", "same-origin")
            .asImmutable();
    private static final HttpField NO_STORE = new HttpField(HttpHeader.CACHE_CONTROL, "no-store");

    private static final String COOKIE = "hourglass-token-";
    /** With it a GET would be routed as what it isn't, past everything that goes by the method. */
    private static final String OVERRIDE = "X-HTTP-Method-Override";

    private static final String HEAD = "dev.hourglass.head";

    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Set<String> ASKING = Set.of("GET", "HEAD");
    /** What a link on another site may open. */
    private static final Set<String> FOR_READERS = Set.of("/api", "/api/openapi.yaml");

    private final String host;
    private final @Nullable String token;

    public Gatekeeper(ServerOptions options, Handler next) {
        super(next);
        this.host = options.host().toLowerCase(Locale.ROOT);
        this.token = options.token();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Objects.requireNonNullElse(request.getHttpURI().getPath(), "");
        response.getHeaders().add(HEADERS);
        if (path.startsWith("/api")) {
            response.getHeaders().put(NO_STORE);
        }
        try {
            look(request, path);
            String shown = path.equals("/") ? tokenInAddress(request) : null;
            if (shown != null) {
                admit(request, response, callback);
                return true;
            }
            requireToken(request);
        } catch (ApiException e) {
            Incoming.refuse(request, response, callback, Refusal.of(e));
            return true;
        }
        return super.handle(asRouted(request), response, callback);
    }

    private void look(Request request, String path) {
        String asked = request.getHeaders().get(HttpHeader.HOST);
        if (asked == null || !isOurs(asked.toLowerCase(Locale.ROOT), Request.getLocalPort(request))) {
            throw ApiException.of(
                    403,
                    "Host",
                    "This server does not answer to that host name.",
                    "Open it by the address that it printed when it started.");
        }
        requireOwnOrigin(request, path, asked);
        String query = request.getHttpURI().getQuery();
        if (BROKEN_ESCAPE.matcher(path).find()
                || (query != null && BROKEN_ESCAPE.matcher(query).find())) {
            throw ApiException.malformed(
                    null, "In the address, '%' must be followed by two hexadecimal digits.", "Write '%' as %25.");
        }
    }

    private boolean isOurs(String asked, int port) {
        String suffix = ":" + port;
        String name = asked.endsWith(suffix) ? asked.substring(0, asked.length() - suffix.length()) : asked;
        if (!asked.endsWith(suffix) && port != 80) {
            return false;
        }
        if (name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]")) {
            return true;
        }
        return name.equals(host)
                || name.equals("[" + host + "]")
                || (ANY_ADDRESS.contains(host) && ADDRESS.matcher(name).matches());
    }

    /** Much of what is only asked for must be computed, so another site may not ask for it either. */
    private static void requireOwnOrigin(Request request, String path, String asked) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        String site = request.getHeaders().get("Sec-Fetch-Site");
        boolean foreign = origin != null && !origin.equalsIgnoreCase("http://" + asked);
        boolean crossSite = site != null && !Set.of("same-origin", "none").contains(site);
        boolean forReaders = !path.startsWith("/api/") || FOR_READERS.contains(path);
        boolean open = forReaders && ASKING.contains(request.getMethod());
        if (foreign || (crossSite && !open)) {
            throw ApiException.of(
                    403, "Origin", "Requests from other sites are refused.", "Use the server's own pages.");
        }
    }

    /** The token of {@code /?token=…}, if it is the right one. */
    private @Nullable String tokenInAddress(Request request) {
        if (token == null) {
            return null;
        }
        try {
            String shown = Request.extractQueryParameters(request).getValue("token");
            return shown != null && same(shown, token) ? shown : null;
        } catch (IllegalArgumentException e) {
            return null; // not UTF-8
        }
    }

    /** Leaves a cookie and leads to the address without the token. */
    private void admit(Request request, Response response, Callback callback) {
        int port = Request.getLocalPort(request);
        response.getHeaders()
                .add(HttpHeader.SET_COOKIE, COOKIE + port + "=" + cookie(port) + "; Path=/; HttpOnly; SameSite=Strict")
                .put(HttpHeader.LOCATION, "/");
        response.setStatus(303);
        callback.succeeded();
    }

    /**
     * Browsers send cookies to every port of a host: so it is named after the port, and holds no token that whoever
     * listens at another port could use.
     */
    private String cookie(int port) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Objects.requireNonNull(token).getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal((COOKIE + port).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has HmacSHA256", e);
        }
    }

    private void requireToken(Request request) {
        if (token == null) {
            return;
        }
        String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        boolean shown;
        if (authorization != null && authorization.startsWith("Bearer ")) {
            shown = same(authorization.substring("Bearer ".length()), token);
        } else {
            shown = hasCookie(request);
        }
        if (!shown) {
            throw ApiException.of(
                    401,
                    "Authorization",
                    "This server needs its token.",
                    "Open the address with ?token=… that it printed when it started, or send 'Authorization: Bearer"
                            + " …'.");
        }
    }

    private boolean hasCookie(Request request) {
        int port = Request.getLocalPort(request);
        for (HttpCookie cookie : Request.getCookies(request)) {
            if (cookie.getName().equals(COOKIE + port) && same(cookie.getValue(), cookie(port))) {
                return true;
            }
        }
        return false;
    }

    /** In a time that does not depend on where they differ. */
    private static boolean same(String shown, String expected) {
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether it is a HEAD that goes the way of a GET. */
    static boolean wantsNoBody(Context context) {
        return context.req().getAttribute(HEAD) != null;
    }

    /** HEAD goes the way of GET, and Jetty leaves the body out; the method is what the request says. */
    private static Request asRouted(Request request) {
        boolean head = request.getMethod().equals("HEAD");
        boolean overridden = request.getHeaders().contains(OVERRIDE);
        return head || overridden ? new Routed(request, head ? "GET" : request.getMethod()) : request;
    }

    private static final class Routed extends Request.Wrapper {
        private final String method;
        private final HttpFields headers;

        Routed(Request request, String method) {
            super(request);
            if (!method.equals(request.getMethod())) {
                setAttribute(HEAD, true);
            }
            this.method = method;
            this.headers =
                    HttpFields.build(request.getHeaders()).remove(OVERRIDE).asImmutable();
        }

        @Override
        public String getMethod() {
            return method;
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }
    }
}
