package dev.perdure.torch;

import dev.perdure.core.TensorData;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;

/** Gloo's own all-reduce, as it comes: what the exchange of {@link GlooCollectives} is measured against. */
public final class PlainAllReduce {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ProcessGroupGloo group;

    /**
     * Meets the other members.
     *
     * @param meeting a file that does not exist, the same for all of them
     */
    public PlainAllReduce(Path meeting, int rank, int members) {
        Libtorch.load();
        Loader.load(org.bytedeco.pytorch.presets.torch_gloo.class);
        var options = ProcessGroupGloo.Options.create(new Milliseconds(PATIENCE.toMillis()));
        options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
        group = new ProcessGroupGloo(new FileStore(meeting.toString(), members).clone(), rank, members, options);
    }

    /** Makes the sum over all members of what each of them gives, in place. */
    public void sum(TensorData values) {
        try (var _ = new PointerScope()) {
            group.allreduce(new TensorVector(Tensors.over(values.data(), values.dtype(), values.shape())))
                    ._wait();
        }
    }
}
