package dev.hourglass.server.http;

import io.javalin.config.RoutesConfig;

/** Some of the server's addresses; openapi.yaml describes each. */
public interface Routes {
    void addTo(RoutesConfig routes);
}
