package dev.hourglass.server;

import io.javalin.config.RoutesConfig;

/** Some of the server's addresses; openapi.yaml describes each. */
interface Routes {
    void addTo(RoutesConfig routes);
}
