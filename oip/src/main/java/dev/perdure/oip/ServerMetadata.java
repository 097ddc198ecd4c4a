package dev.perdure.oip;

import java.util.List;

/** Who answers, and which extensions of the protocol it has. */
public record ServerMetadata(String name, String version, List<String> extensions) {
    /** What the server half of this module has, whatever the service behind it. */
    public static final List<String> EXTENSIONS =
            List.of("binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics");

    public ServerMetadata {
        extensions = List.copyOf(extensions);
    }
}
