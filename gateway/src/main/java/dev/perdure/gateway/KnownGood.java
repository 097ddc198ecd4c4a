package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.model.TensorSpec;
import dev.perdure.oip.Tensor;
import dev.perdure.recall.KnownAnswer;
import dev.perdure.recall.Question;
import dev.perdure.recall.Recall;
import dev.perdure.routing.ReplicaId;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers of one model's replicas that are known to be good. An answer is a candidate when it came, complete and finite; it is
 * known to be good when the replica that gave it was asked a golden sample after that, and answered rightly. Until then it
 * waits. Of a replica that is found wrong, however, nothing that it ever gave is used again; nor is an answer that another
 * replica contradicted.
 *
 * <p>Found by the digest of the bundle and of the input, so that another bundle under the same version has none of these.
 */
final class KnownGood {
    private static final int WAITING_BYTES_MAX = 16 << 20;
    private static final int DISPUTED_MAX = 1000;

    /** What an attempt gave. */
    private record Given(String bundle, List<String> inputs, List<Tensor> outputs, long atMillis) {
        long bytes() {
            return outputs.stream()
                            .mapToLong(output -> output.data().byteSize())
                            .sum()
                    + 64L * inputs.size();
        }
    }

    /** One replica's answers that wait for a golden answer: those given before it was asked for, and those given since. */
    private static final class Waiting {
        private Deque<Given> asked = new ArrayDeque<>();
        private final Deque<Given> since = new ArrayDeque<>();
        private long bytes;
        private boolean isWrong;
    }

    /**
     * Answers that are known.
     *
     * @param items of the request that they are of, in its order
     * @param outputs of these items, in their order
     * @param ageMillis of the oldest
     */
    record Found(List<Integer> items, List<Tensor> outputs, long ageMillis) {}

    private final Recall recall;
    private final InstantSource clock;
    private final String model;
    private final Map<ReplicaId, Waiting> waiting = new ConcurrentHashMap<>();
    private final Map<Question, Boolean> disputed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Boolean> eldest) {
            return size() > DISPUTED_MAX;
        }
    };

    KnownGood(Recall recall, InstantSource clock, String model) {
        this.recall = recall;
        this.clock = clock;
        this.model = model;
    }

    boolean isOff() {
        return !recall.keepsAnything();
    }

    /** One of the same number of another gateway, or of an earlier life of this, is taken for the same: more is forgotten then. */
    private String source(ReplicaId replica) {
        return model + "/" + replica;
    }

    /**
     * A replica gave a finite answer. Called by whoever reads from it.
     *
     * @param inputs digests of the items, in the order of the outputs
     */
    void gave(ReplicaId replica, ServedVersion version, List<String> inputs, List<Tensor> outputs) {
        if (isOff()) {
            return;
        }
        var given = new Given(version.digest(), inputs, outputs, clock.millis());
        Waiting of = waiting.computeIfAbsent(replica, _ -> new Waiting());
        synchronized (of) {
            if (!of.isWrong && of.bytes + given.bytes() <= WAITING_BYTES_MAX) {
                of.bytes += given.bytes();
                of.since.add(given);
            }
        }
    }

    /** A golden sample is about to be asked: what has been given until now will be known by the answer. */
    void probes(ReplicaId replica) {
        Optional.ofNullable(waiting.get(replica)).ifPresent(of -> {
            synchronized (of) {
                of.asked.addAll(of.since);
                of.since.clear();
            }
        });
    }

    /** It was answered rightly: what waited for that is kept, on a thread of its own. */
    void right(ReplicaId replica) {
        Optional.ofNullable(waiting.get(replica)).ifPresent(of -> {
            Deque<Given> good;
            synchronized (of) {
                good = of.asked;
                of.asked = new ArrayDeque<>();
                good.forEach(given -> of.bytes -= given.bytes());
            }
            if (!good.isEmpty()) {
                Thread.ofVirtual().name("known good").start(() -> good.forEach(given -> keep(of, replica, given)));
            }
        });
    }

    /** Whoever was found wrong in the meantime has nothing kept. */
    private void keep(Waiting of, ReplicaId replica, Given given) {
        String source = source(replica);
        for (int i = 0; i < given.inputs().size(); i++) {
            var question = new Question(given.bundle(), given.inputs().get(i));
            var answer = new KnownAnswer(question, packed(given.outputs(), i), given.atMillis(), source);
            synchronized (of) {
                if (of.isWrong) {
                    return;
                }
                recall.keep(answer);
            }
            if (isDisputed(question)) {
                recall.forget(question);
            }
        }
    }

    /** It answers wrongly: nothing that it gave is used any more. */
    void wrong(ReplicaId replica) {
        Waiting of = waiting.computeIfAbsent(replica, _ -> new Waiting());
        synchronized (of) {
            of.isWrong = true;
            of.asked.clear();
            of.since.clear();
            of.bytes = 0;
            recall.forgetSource(source(replica));
        }
    }

    /** It is no more; what it gave without a golden answer after it is not known to be good. */
    void gone(ReplicaId replica) {
        waiting.remove(replica);
    }

    /** Replicas gave different answers to these inputs: none of them is used, nor any later one. */
    void contradicted(ServedVersion version, List<String> inputs) {
        for (String input : inputs) {
            var question = new Question(version.digest(), input);
            synchronized (disputed) {
                disputed.put(question, true);
            }
            recall.forget(question);
        }
    }

    private boolean isDisputed(Question question) {
        synchronized (disputed) {
            return disputed.containsKey(question);
        }
    }

    /** A version was found to be wrong as a whole: nothing that its replicas gave is used any more. */
    void wrong(Deployment deployment) {
        waiting.keySet().stream()
                .filter(replica -> replica.version().equals(deployment.key()))
                .forEach(this::wrong);
        recall.forgetModel(deployment.served().digest());
    }

    /** Returns what is known of some items of a request; nothing if that is nothing. */
    Optional<Found> find(ServedVersion version, List<String> digests, List<Integer> items) {
        var found = new ArrayList<Integer>();
        var answers = new ArrayList<KnownAnswer>();
        for (int item : items) {
            recall.find(new Question(version.digest(), digests.get(item)))
                    .filter(answer -> answer.answer().byteSize() == size(version))
                    .ifPresent(answer -> {
                        found.add(item);
                        answers.add(answer);
                    });
        }
        if (found.isEmpty()) {
            return Optional.empty();
        }
        long oldest = answers.stream().mapToLong(KnownAnswer::atMillis).min().orElseThrow();
        return Optional.of(new Found(found, unpacked(version, answers), Math.max(0, clock.millis() - oldest)));
    }

    /** One item's outputs in the order of the signature, one after the other. */
    private static MemorySegment packed(List<Tensor> outputs, int item) {
        long bytes = outputs.stream()
                .mapToLong(output -> Rows.row(output, item).byteSize())
                .sum();
        byte[] packed = new byte[Math.toIntExact(bytes)];
        MemorySegment all = MemorySegment.ofArray(packed);
        long at = 0;
        for (Tensor output : outputs) {
            MemorySegment row = Rows.row(output, item);
            MemorySegment.copy(row, 0, all, at, row.byteSize());
            at += row.byteSize();
        }
        return all;
    }

    private static long size(ServedVersion version) {
        return version.signature().outputs().stream().mapToLong(KnownGood::size).sum();
    }

    private static long size(TensorSpec spec) {
        return spec.sample().elements() * spec.dtype().bytes();
    }

    private static List<Tensor> unpacked(ServedVersion version, List<KnownAnswer> answers) {
        var outputs = new ArrayList<Tensor>();
        long at = 0;
        for (TensorSpec spec : version.signature().outputs()) {
            long size = size(spec);
            MemorySegment rows = MemorySegment.ofArray(new byte[Math.toIntExact(size * answers.size())]);
            for (int i = 0; i < answers.size(); i++) {
                MemorySegment.copy(answers.get(i).answer(), at, rows, i * size, size);
            }
            outputs.add(Tensor.of(spec.name(), new TensorData(spec.dtype(), spec.batch(answers.size()), rows)));
            at += size;
        }
        return outputs;
    }
}
