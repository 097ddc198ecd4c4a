/** Networks described by layers, written as files that others read. */
module dev.perdure.export {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.engine;

    exports dev.perdure.export;
}
