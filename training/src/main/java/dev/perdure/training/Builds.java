package dev.perdure.training;

import java.util.Objects;

/** Which build of Perdure this is. Bits are promised within one build only. */
final class Builds {
    private Builds() {}

    static String id() {
        String version =
                Objects.requireNonNullElse(Builds.class.getPackage().getImplementationVersion(), "development build");
        return "perdure %s on java %s".formatted(version, Runtime.version());
    }
}
