package dev.perdure.replica;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.oip.ModelId;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Stands before the engine: computing waits while it is shut, and fails for a certain value. */
final class Gate implements ReplicaProbe {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private boolean shut;
    volatile float poison = Float.POSITIVE_INFINITY;

    void shut() {
        set(true);
    }

    void open() {
        set(false);
    }

    private void set(boolean value) {
        lock.lock();
        try {
            shut = value;
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pass() {
        lock.lock();
        try {
            while (shut) {
                opened.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Predictor serves(ModelId id, ServedModel model, Predictors framework, Predictor predictor) {
        return new Guarded(predictor);
    }

    private final class Guarded implements Predictor {
        private final Predictor inside;

        Guarded(Predictor inside) {
            this.inside = inside;
        }

        @Override
        public List<Port> inputs() {
            return inside.inputs();
        }

        @Override
        public List<Port> outputs() {
            return inside.outputs();
        }

        @Override
        public void predict(Map<String, TensorData> inputs, Map<String, TensorData> outputs) {
            pass();
            for (TensorData input : inputs.values()) {
                for (float value : input.data().toArray(JAVA_FLOAT_UNALIGNED)) {
                    if (value == poison) {
                        throw new PredictionFailedException("poisoned");
                    }
                }
            }
            inside.predict(inputs, outputs);
        }

        @Override
        public SequencedMap<String, TensorData> predict(Map<String, TensorData> inputs, Arena arena) {
            return inside.predict(inputs, arena);
        }

        @Override
        public void close() {
            inside.close();
        }
    }
}
