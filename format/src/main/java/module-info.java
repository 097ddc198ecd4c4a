/** What checkpoints and bundles are written in: strict JSON, digests at the end, files of tensors. */
module dev.perdure.format {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;
    requires com.fasterxml.jackson.core;

    exports dev.perdure.format;
}
