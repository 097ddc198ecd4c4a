/** Which replica answers which request, and what is done when one fails: decided in pure code. */
module dev.perdure.routing {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;
    requires transitive dev.perdure.reliability;

    exports dev.perdure.routing;
}
