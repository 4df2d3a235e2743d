package dev.hourglass.server;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every request before anything else does. The Host must be this server's, so that no foreign name that was
 * made to point here (DNS rebinding) reaches it; an Origin must be its own, so that no page of another site acts through
 * the user's browser; and where there is a token, it must be shown. Sets the headers that every answer carries.
 */
final class Gatekeeper {
    /** Pages run their own modules and nothing else; ECharts writes style attributes into its tooltips. */
    static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr"
            + " 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self';"
            + " manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final String COOKIE = "hourglass-token";
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");

    private final String host;
    private final @Nullable String token;
    private final IntSupplier port;

    /** @param port that the server listens at; known when it has started */
    Gatekeeper(ServerOptions options, IntSupplier port) {
        this.host = options.host().toLowerCase(Locale.ROOT);
        this.token = options.token();
        this.port = port;
    }

    void look(Context context) {
        headers(context);
        String asked = context.req().getHeader("Host");
        if (asked == null || !isOurs(asked.toLowerCase(Locale.ROOT))) {
            throw ApiException.of(
                    403,
                    "Host",
                    "This server does not answer to that host name.",
                    "Open it by the address that it printed when it started.");
        }
        requireOwnOrigin(context, asked);
        requireToken(context);
    }

    private static void headers(Context context) {
        context.header("Content-Security-Policy", PAGE_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .header("Cross-Origin-Resource-Policy", "same-origin");
        if (context.path().startsWith("/api")) {
            context.header("Cache-Control", "no-store");
        }
    }

    private boolean isOurs(String asked) {
        String suffix = ":" + port.getAsInt();
        String name = asked.endsWith(suffix) ? asked.substring(0, asked.length() - suffix.length()) : asked;
        if (!asked.endsWith(suffix) && port.getAsInt() != 80) {
            return false;
        }
        if (name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]")) {
            return true;
        }
        return name.equals(host)
                || name.equals("[" + host + "]")
                || (ANY_ADDRESS.contains(host) && ADDRESS.matcher(name).matches());
    }

    private static void requireOwnOrigin(Context context, String asked) {
        String origin = context.header("Origin");
        String site = context.header("Sec-Fetch-Site");
        boolean foreign = origin != null && !origin.equalsIgnoreCase("http://" + asked);
        boolean crossSite = site != null
                && !site.equals("same-origin")
                && !site.equals("none")
                && !SAFE.contains(context.req().getMethod());
        if (foreign || crossSite) {
            throw ApiException.of(
                    403, "Origin", "Requests from other sites are refused.", "Use the server's own pages.");
        }
    }

    private void requireToken(Context context) {
        if (token == null) {
            return;
        }
        String inAddress = context.path().equals("/") ? context.queryParam("token") : null;
        if (inAddress != null && isToken(inAddress)) {
            Cookie cookie = new Cookie(COOKIE, inAddress);
            cookie.setHttpOnly(true);
            cookie.setSameSite(SameSite.STRICT);
            cookie.setPath("/");
            context.cookie(cookie);
            context.redirect("/", HttpStatus.SEE_OTHER);
            context.skipRemainingHandlers();
            return;
        }
        String authorization = context.header("Authorization");
        String shown = authorization != null && authorization.startsWith("Bearer ")
                ? authorization.substring("Bearer ".length())
                : context.cookie(COOKIE);
        if (shown == null || !isToken(shown)) {
            throw ApiException.of(
                    401,
                    "Authorization",
                    "This server needs its token.",
                    "Open the address with ?token=… that it printed when it started, or send 'Authorization: Bearer …'.");
        }
    }

    /** In a time that does not depend on where they differ. */
    private boolean isToken(String shown) {
        return token != null
                && MessageDigest.isEqual(
                        shown.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
