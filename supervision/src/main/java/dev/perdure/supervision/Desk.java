package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a supervisor works with: its memory, its clock, and what it has decided to do in the step at hand. */
final class Desk {
    private static final int NOTICES_MAX = 20;

    final Run run;
    final long epoch;
    final Roster roster = new Roster();
    final Staffing staffing;
    final Outbox outbox = new Outbox();
    final Journal journal;
    final Costs costs;
    final Counsel counsel;
    final Trials trials = new Trials(this);
    final Casualties casualties = new Casualties(this);
    /** Nanoseconds for which this supervisor has been attentive: no patience runs out while it was itself away. */
    long clock;

    private final List<Command> commands = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();

    Desk(Run run, Facts facts, long epoch) {
        this.run = run;
        this.epoch = epoch;
        staffing = new Staffing(run.budgets(), facts.slots(), epoch);
        journal = new Journal(outbox, epoch);
        costs = new Costs(run);
        counsel = new Counsel(run, staffing, costs);
        facts.living().forEach((worker, slot) -> {
            Life life = new Life(worker, slot, 0, run.suspicion());
            life.stage = Life.Stage.STARTING;
            roster.add(life);
        });
    }

    void act(Command command) {
        commands.add(command);
    }

    void say(String reason) {
        reasons.add(reason);
    }

    void send(Life life, ToWorker message) {
        if (life.connection != Life.NO_CONNECTION) {
            act(new Command.Send(life.connection, life.id, message));
        }
    }

    void tellAll(Generation generation, ToWorker message) {
        for (Share share : generation.shares()) {
            roster.find(share.worker()).ifPresent(life -> send(life, message));
        }
    }

    /** Books a new life, and has its name made durable; launched once it is. */
    private void hire(int slot) {
        place(slot);
        Life life = new Life(staffing.launch(slot), slot, clock, run.suspicion());
        roster.add(life);
        outbox.add(new Fact.Launched(life.id, slot, staffing.slot(slot)));
    }

    /** A slot stays where it is, unless it is nowhere yet: then the slots go round the hosts. */
    private void place(int slot) {
        List<String> hosts = counsel.hosts();
        if (!hosts.isEmpty()
                && !hosts.contains(staffing.slot(slot).host())
                && staffing.slot(slot).launches() == 0) {
            staffing.isOn(slot, hosts.get(slot % hosts.size()));
        }
    }

    /** A new position was applied with a worker's help. */
    void proved(Life life) {
        staffing.proved(life.slot);
        trials.helped(Staffing.target(life.slot));
    }

    /** A position was applied: what went wrong before is over. */
    void recovered() {
        journal.recovered(clock);
        trials.helped("the group");
    }

    /** Something about a worker was noticed that does not keep it from stepping: kept, but only so much of it from each. */
    void noticed(Life life, String kind, String evidence) {
        life.notices++;
        if (life.notices <= NOTICES_MAX) {
            casualties.noticed(life, kind, evidence, life.generation);
        }
    }

    /** Launches where somebody is missing, as far as the budgets allow. */
    void hire(Targets targets) {
        int missing = targets.total() - roster.staying();
        if (missing <= 0) {
            return;
        }
        BitSet taken = roster.slots();
        for (int slot = taken.nextClearBit(0); missing > 0 && slot < targets.total(); ) {
            if (staffing.mayLaunch(slot, clock, roster.isEmpty())) {
                hire(slot);
                missing--;
            }
            slot = taken.nextClearBit(slot + 1);
        }
    }

    /** Returns whether somebody may still join who has not. */
    boolean isAnyoneExpected(Targets targets) {
        if (roster.any(life -> !life.isJoined())) {
            return true;
        }
        BitSet taken = roster.slots();
        for (int slot = taken.nextClearBit(0); slot < targets.total(); slot = taken.nextClearBit(slot + 1)) {
            if (staffing.mayEverLaunch(slot, roster.isEmpty())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ends those for whom there is no place in a generation. When that undoes wrong numbers, there is none for whoever was
     * launched by another supervisor and is not heard of: it could come back later, further than all, with a wrong state.
     */
    void dismissOthers(Generation generation) {
        Set<WorkerId> members = generation.members();
        for (Life life : roster.joined()) {
            if (!members.contains(life.id) && !life.meeting) {
                dismiss(life, "fewer workers are wanted");
            }
        }
        if (generation.notAfter().isPresent()) {
            roster.unheard().forEach(life -> dismiss(life, "its state may be wrong, and the others go back"));
        }
    }

    /** Ends one that nothing is wrong with. */
    void dismiss(Life life, String reason) {
        switch (life.stage) {
            case PENDING -> forget(life);
            case STARTING -> fence(life, reason);
            case JOINED -> {
                send(life, new ToWorker.Stop(epoch, reason));
                life.moveTo(Life.Stage.LEAVING, clock);
            }
            case LEAVING, FENCED -> {}
        }
    }

    /** Ends one for certain; whatever it still says is refused. */
    void fence(Life life, String reason) {
        life.moveTo(Life.Stage.FENCED, clock);
        act(new Command.Kill(life.id, reason));
    }

    /** A process is gone for certain. */
    void forget(Life life) {
        roster.remove(life);
        if (life.startedAt >= 0) {
            staffing.served(life.slot, clock - life.startedAt);
        }
        outbox.add(new Fact.Gone(life.id, life.slot, staffing.slot(life.slot)));
    }

    /** Returns what was decided in this step, and begins the next. */
    Step take() {
        Optional<Command.Write> write = outbox.next(clock);
        write.ifPresent(commands::add);
        var step = new Step(commands, reasons);
        commands.clear();
        reasons.clear();
        return step;
    }
}
