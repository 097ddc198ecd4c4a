package dev.perdure.oip;

import dev.perdure.core.Shape;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A model that answers when it is let, and large if it is asked to. */
final class Slow {
    static final ModelId NAME = ModelId.of("slow");

    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    volatile Call call = Call.within(Duration.ZERO);

    MemoryModels service() {
        var x = new TensorMetadata("x", Datatype.FP32, List.of(-1L));
        var metadata = new ModelMetadata("slow", List.of("1"), "test", List.of(x), List.of(x));
        return new MemoryModels(
                new ServerMetadata("test", "1", List.of()), List.of(new MemoryModels.Model(metadata, this::answer)));
    }

    private List<Tensor> answer(InferRequest request, Call made) throws InterruptedException {
        call = made;
        asked.countDown();
        goOn.await();
        return request.inputs();
    }

    static InferRequest request() {
        return new InferRequest(NAME, List.of(Tensor.of("x", Shape.of(1), 1f)));
    }
}
