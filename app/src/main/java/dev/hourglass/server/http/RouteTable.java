package dev.hourglass.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;

/** Which methods and paths there are, so that nobody waits for the body of a request that leads nowhere. */
public final class RouteTable {
    /** {@code {run}} stands for a part of a path, {@code <path>} for any number of them. */
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}|<[^>]+>");

    private final List<Route> routes = new ArrayList<>();

    private record Route(String method, String path, Pattern pattern) {}

    /** @param path such as {@code /api/runs/{run}} */
    public void add(String method, String path) {
        StringBuilder pattern = new StringBuilder();
        Matcher parameter = PARAMETER.matcher(path);
        int from = 0;
        while (parameter.find()) {
            pattern.append(Pattern.quote(path.substring(from, parameter.start())))
                    .append(parameter.group().startsWith("{") ? "[^/]+" : ".+");
            from = parameter.end();
        }
        pattern.append(Pattern.quote(path.substring(from))).append("/*");
        routes.add(new Route(method, path, Pattern.compile(pattern.toString())));
    }

    /** Such as {@code GET /api/runs/{run}}. */
    public List<String> operations() {
        return routes.stream().map(route -> route.method() + " " + route.path()).toList();
    }

    /** Whether some route takes the method and path of a request. */
    boolean leadsSomewhere(Request request) {
        String path = String.valueOf(request.getHttpURI().getPath());
        return routes.stream()
                .anyMatch(route -> route.method().equals(request.getMethod())
                        && route.pattern().matcher(path).matches());
    }
}
