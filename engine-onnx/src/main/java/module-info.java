/** ONNX Runtime, as serving needs it. */
module dev.perdure.onnx {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.engine;
    requires com.microsoft.onnxruntime;

    exports dev.perdure.onnx;
}
