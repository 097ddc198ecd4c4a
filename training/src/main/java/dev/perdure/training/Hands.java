package dev.perdure.training;

import dev.perdure.supervision.Command;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.Fact;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Outcome;
import dev.perdure.supervision.Step;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Does what a supervisor has decided, and keeps the run's story. Belongs to the supervisor's thread. */
final class Hands {
    private final WorkerProcesses workers;
    private final SupervisorPort port;
    private final Records records;
    private final ExecutorService recorder;
    private final RunStory story;
    private final Downtime downtime;
    private final RunListener listener;

    Hands(
            WorkerProcesses workers,
            SupervisorPort port,
            Records records,
            ExecutorService recorder,
            RunStory story,
            Downtime downtime,
            RunListener listener) {
        this.workers = workers;
        this.port = port;
        this.records = records;
        this.recorder = recorder;
        this.story = story;
        this.downtime = downtime;
        this.listener = listener;
    }

    void renew() {
        if (records.mayRenew()) {
            recorder.execute(records::renew);
        }
    }

    /** What is for people goes to the story, whatever becomes of it in the machine. */
    void hear(Event event) throws IOException {
        if (event instanceof Event.Said(long _, FromWorker.Told told)) {
            for (String line : told.text().split("\n")) {
                Optional<TrainingEvent> said = EventLines.parse(line);
                if (said.isPresent()) {
                    hear(said.get());
                }
            }
        } else if (event instanceof Event.Said(long _, FromWorker.Join join)) {
            workers.joined(join.worker(), join.pid());
        }
    }

    private void hear(TrainingEvent said) throws IOException {
        if (said instanceof TrainingEvent.StepApplied) {
            downtime.stepped();
        }
        story.heard(said);
    }

    /** Returns the outcome when all is over. */
    Optional<Outcome> take(Step step) throws IOException {
        for (Command command : step.commands()) {
            switch (command) {
                case Command.Send send -> port.send(send.connection(), send.worker(), send.message());
                case Command.Launch launch ->
                    workers.launch(launch).ifPresent(process -> {
                        listener.trainerStarted(process);
                        recorder.execute(() -> records.started(launch.worker(), launch.slot(), process));
                    });
                case Command.Kill kill -> workers.kill(kill.worker());
                case Command.Write batch -> {
                    recorder.execute(() -> records.record(batch));
                    tell(batch);
                }
                case Command.Finish finish -> {
                    return Optional.of(finish.outcome());
                }
            }
        }
        return Optional.empty();
    }

    private void tell(Command.Write batch) throws IOException {
        for (Fact fact : batch.facts()) {
            if (fact instanceof Fact.Happened(dev.perdure.supervision.Incident incident)) {
                story.happened(incident);
                if (incident.recoverNanos().isEmpty()) {
                    downtime.failed(incident.detectNanos());
                }
            } else if (fact instanceof Fact.Formed formed) {
                listener.teamFormed(formed.generation().shares().size());
            }
        }
    }
}
