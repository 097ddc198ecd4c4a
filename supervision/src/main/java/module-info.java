/** Who trains what, and what is done when something fails: decided in pure code. */
module dev.perdure.supervision {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;
    requires transitive dev.perdure.reliability;

    exports dev.perdure.supervision;
}
