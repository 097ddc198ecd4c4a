package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.TrainableModel;
import dev.perdure.testkit.EngineWorkbench;
import dev.perdure.torch.GlooCollectives;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.ExchangePlan;
import dev.perdure.training.GroupExchange;
import dev.perdure.training.ShareGradient;
import dev.perdure.training.Span;
import dev.perdure.training.StepComputer;
import dev.perdure.training.StepGradient;
import dev.perdure.training.StepPlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A process that trains in groups as it is told, line by line: {@code begin} (a fresh model), {@code join GENERATION RANK
 * WORKERS SPARES STEPS}, {@code abort} (of the group it is in, at once), {@code end}.
 */
final class GroupMember {
    private static final int MICROBATCHES = 8;
    private static final StepPlan PLAN = new StepPlan(48, 32, MICROBATCHES, 1000);
    private static final long SEED = 3;

    private final GlooCollectives collectives = new GlooCollectives();
    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();
    private final Path folder;
    private TrainableModel model = fresh();
    private long step;
    private volatile @Nullable Collective current;

    private GroupMember(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws InterruptedException {
        var member = new GroupMember(Path.of(arguments[0]));
        Thread.ofPlatform().daemon().start(member::listen);
        member.say("ready");
        member.obey();
    }

    private static TrainableModel fresh() {
        return new TorchEngine().open(EngineWorkbench.plan(EngineWorkbench.network(), EngineWorkbench.adam(), SEED));
    }

    private void say(String what) {
        System.out.println("member: " + what);
    }

    private void listen() {
        try (var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Collective group = current;
                if (!line.equals("abort")) {
                    orders.add(line);
                } else if (group != null) {
                    group.abort();
                }
            }
        } catch (IOException e) {
            say("no more orders: " + e);
        }
        orders.add("end");
    }

    private void obey() throws InterruptedException {
        while (true) {
            String[] words = orders.take().split(" ");
            switch (words[0]) {
                case "begin" -> {
                    model.close();
                    model = fresh();
                    step = 0;
                }
                case "join" ->
                    join(IntStream.range(1, 6)
                            .map(i -> Integer.parseInt(words[i]))
                            .toArray());
                default -> {
                    return;
                }
            }
        }
    }

    private void join(int[] numbers) throws InterruptedException {
        int generation = numbers[0];
        int workers = numbers[2];
        int size = workers + numbers[3];
        String meetingPoint = "file:" + folder.resolve("generation-" + generation);
        try (Collective group = collectives.meet(meetingPoint, numbers[1], size, generation, Duration.ofSeconds(30))) {
            current = group;
            catchUp(group);
            train(group, shares(workers, numbers[3]), numbers[4]);
            group.gatherLongs(step);
            say("digest " + EngineWorkbench.digest(model.state()));
        } catch (CollectiveFailedException e) {
            say("broken " + e.getMessage());
        }
    }

    private static List<Span> shares(int workers, int spares) {
        List<Span> shares = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            shares.add(new Span(MICROBATCHES * rank / workers, MICROBATCHES * (rank + 1) / workers));
        }
        for (int spare = 0; spare < spares; spare++) {
            shares.add(new Span(MICROBATCHES, MICROBATCHES));
        }
        return shares;
    }

    /** Those who are behind take the state of one that is furthest. */
    private void catchUp(Collective group) {
        List<Long> steps = group.gatherLongs(step).stream().map(all -> all[0]).toList();
        long newest = steps.stream().max(Long::compare).orElseThrow();
        Set<Integer> behind = IntStream.range(0, group.size())
                .filter(rank -> steps.get(rank) < newest)
                .boxed()
                .collect(Collectors.toSet());
        List<TensorData> tensors = List.copyOf(model.state().tensors().values());
        group.broadcast(steps.indexOf(newest), behind, tensors);
        step = newest;
    }

    private void train(Collective group, List<Span> shares, int steps) throws InterruptedException {
        var plan = new ExchangePlan(MICROBATCHES, shares, model.parameters());
        try (Arena arena = Arena.ofConfined();
                var computer = new StepComputer(model, SEED);
                var exchange = new GroupExchange(group, plan, model.statistics())) {
            List<MemorySegment> notes =
                    shares.stream().map(_ -> arena.allocate(8)).toList();
            while (step < steps) {
                long next = step + 1;
                ShareGradient share =
                        computer.computeShare(PLAN, next, exchange.subtrees(), index -> samples(next, index));
                StepGradient whole = exchange.exchange(PLAN, next, share, notes);
                model.apply(0.01, whole.gradient(), whole.statistics());
                step = next;
                say("step " + step);
            }
        }
    }

    private static Batch samples(long step, int index) {
        return EngineWorkbench.batch(PLAN.microbatchOf(step, index).size(), step * MICROBATCHES + index);
    }
}
