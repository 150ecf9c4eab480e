package org.swav4j.comm;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.ReduceOp.RedOpType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/**
 * Processes that train together, on one machine or several: c10d's gloo for tensors in host memory, and NCCL, if it is asked
 * for, for those on GPUs. The end of one is noticed by the others at once where its connections break, otherwise after
 * the timeout.
 */
public final class ProcessGroup implements Collective, AutoCloseable {
    /** How long an operation waits for the others unless told otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

    /** How long the thread that trains may take to notice that all must end. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Rendezvous rendezvous;
    private final RankWatch watch;
    private final String name;
    private final int rank;
    private final int world;
    private final Carriers carriers;
    /** Null without GPUs. */
    private final GpuOperations onGpu;
    /** This, and every group made of it. */
    private final List<ProcessGroup> family;

    private int groups;
    private int turns;
    private volatile RankLostException failure;
    private long step = -1;

    private ProcessGroup(
            Rendezvous rendezvous, String name, int rank, int world, GpuOperations onGpu, List<ProcessGroup> family) {
        this.rendezvous = rendezvous;
        this.name = name;
        this.rank = rank;
        this.world = world;
        this.onGpu = onGpu;
        this.family = family;
        this.watch = rendezvous.watch();
        this.carriers = Carriers.connect(rendezvous, name, rank, world, onGpu != null);
        family.add(this);
        try (PointerScope scope = new PointerScope()) {
            // whoever fails from now on does so when the others are connected, too, and can say why
            sum(torch.zeros(1));
        }
    }

    /**
     * Meets the other ranks and connects with them. Close it on the same thread, outside any scope that is open now. With GPUs
     * the process is halted when another rank is lost while this one is stuck waiting for its GPU.
     *
     * @param onGpus whether tensors on GPUs are to be exchanged, which needs the GPU natives
     * @param timeout how long to wait for the others, now and in every operation
     * @throws RankLostException if they do not come, or are not those that were expected
     */
    public static ProcessGroup join(RankEnvironment environment, boolean onGpus, Duration timeout) {
        return join(environment, onGpus, timeout, notice -> {});
    }

    /** The same; {@code notices} is told whom this rank waits for when it takes long, now and later, and why the process ends. */
    public static ProcessGroup join(
            RankEnvironment environment, boolean onGpus, Duration timeout, Consumer<String> notices) {
        return join(environment, onGpus, timeout, notices, why -> {
            notices.accept(why.getMessage());
            Runtime.getRuntime().halt(1);
        });
    }

    /**
     * The same.
     *
     * @param notices told whom this rank waits for when it takes long, now and later
     * @param ending says why the process ends, and ends it, when another rank is lost and the thread that would tell of it is
     *     stuck waiting for a GPU; called on another thread, and never without GPUs
     */
    public static ProcessGroup join(
            RankEnvironment environment,
            boolean onGpus,
            Duration timeout,
            Consumer<String> notices,
            Consumer<RankLostException> ending) {
        Rendezvous rendezvous = Rendezvous.join(environment, timeout, notices);
        List<ProcessGroup> family = new CopyOnWriteArrayList<>();
        GpuOperations onGpu = onGpus ? new GpuOperations(rendezvous, () -> failure(family), ending, LAST_WORDS) : null;
        try {
            return new ProcessGroup(rendezvous, "world", environment.rank(), environment.world(), onGpu, family);
        } catch (RuntimeException e) {
            rendezvous.leave(Rendezvous.firstLine(e));
            throw e;
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int world() {
        return world;
    }

    @Override
    public int localRank() {
        return rendezvous.environment().localRank();
    }

    @Override
    public void now(long newStep) {
        family.forEach(member -> member.step = newStep);
        watch.now(newStep);
    }

    @Override
    public Optional<RankLostException> failure() {
        return failure(family);
    }

    private static Optional<RankLostException> failure(List<ProcessGroup> family) {
        return family.stream()
                .map(member -> member.failure)
                .filter(f -> f != null)
                .findFirst();
    }

    @Override
    public void sum(Tensor tensor) {
        reduce("sum", tensor, RedOpType.SUM);
    }

    @Override
    public void max(Tensor tensor) {
        reduce("max", tensor, RedOpType.MAX);
    }

    private void reduce(String operation, Tensor tensor, RedOpType how) {
        try (PointerScope scope = new PointerScope()) {
            begin(operation, tensor, how).await(tensor.is_cuda());
        }
    }

    @Override
    public Pending sumLater(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Begun begun = begin("sum", tensor, RedOpType.SUM);
            begun.work().retainReference();
            boolean onGpu = tensor.is_cuda();
            return () -> {
                try {
                    begun.await(onGpu);
                } finally {
                    begun.work().releaseReference();
                }
            };
        }
    }

    private Begun begin(String operation, Tensor tensor, RedOpType how) {
        String what = described(operation, tensor);
        return attempt(what, () -> {
            AllreduceOptions options = new AllreduceOptions().reduceOp(new ReduceOp(how));
            return begun(what, tensor, carriers.of(tensor).allreduce(new TensorVector(tensor.detach()), options));
        });
    }

    @Override
    public void broadcast(Tensor tensor, int root) {
        String what = described("broadcast from rank " + root, tensor);
        try (PointerScope scope = new PointerScope()) {
            attempt(what, () -> {
                        BroadcastOptions options =
                                new BroadcastOptions().rootRank(root).rootTensor(0);
                        return begun(
                                what,
                                tensor,
                                carriers.of(tensor).broadcast(new TensorVector(tensor.detach()), options));
                    })
                    .await(tensor.is_cuda());
        }
    }

    @Override
    public Tensor gather(Tensor own) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            long[] shape = own.shape();
            long[] all = new long[shape.length + 1];
            all[0] = world;
            System.arraycopy(shape, 0, all, 1, shape.length);
            Tensor gathered = torch.zeros(all, new TensorOptions(own.detach().options()));
            String what = described("gathering", own);
            try (PointerScope scope = new PointerScope()) {
                attempt(
                                what,
                                () -> begun(
                                        what,
                                        own,
                                        carriers.of(own)
                                                ._allgather_base(
                                                        gathered,
                                                        own.detach()
                                                                .contiguous()
                                                                .unsqueeze(0))))
                        .await(own.is_cuda());
            }
            return gathered;
        }
    }

    private Begun begun(String what, Tensor tensor, Work work) {
        if (tensor.is_cuda()) {
            work.retainReference();
            onGpu.add(what, new GpuWork(work));
        }
        return new Begun(what, work);
    }

    /** What NCCL is doing. */
    private record GpuWork(Work work) implements GpuOperations.Operation {
        @Override
        public boolean isCompleted() {
            // one that has failed is completed, and throws as it is waited for
            return work.isCompleted() && work._wait();
        }

        @Override
        public void release() {
            work.releaseReference();
        }
    }

    /**
     * Groups of consecutive ranks. As ranks of other groups take no part in its connections, every rank must have made its
     * group before the first operation in one can complete.
     */
    @Override
    public Collective groups(int size) {
        Collective.requireGroups(size, world);
        String group = name + "." + groups++ + "." + rank / size;
        ProcessGroup made = new ProcessGroup(rendezvous, group, rank % size, size, onGpu, family);
        made.step = step;
        return made;
    }

    @Override
    public void first(Runnable work) {
        String turn = "turn/" + name + "/" + turns++;
        if (rank == 0) {
            work.run();
            attempt("telling the others", () -> {
                rendezvous.put(turn, "done");
                return null;
            });
        } else {
            attempt("waiting for rank 0", () -> rendezvous.await(turn, 0));
        }
    }

    @Override
    public void meet() {
        String place = "meeting/" + name + "/" + turns++ + "/";
        attempt("meeting the others", () -> {
            rendezvous.put(place + rank, "here");
            for (int other = 0; other < world; other++) {
                rendezvous.await(place + other, other);
            }
            return null;
        });
    }

    /**
     * Lets all ranks say the same of themselves, and refuses to go on where they do not.
     *
     * @param facts lines of a name, a colon and a value; the same names on every rank
     * @throws RanksDifferException on every rank, with the differences
     */
    public void requireSame(String facts) {
        rendezvous.put("facts/" + rank, facts);
        if (rank == 0) {
            List<String> all = IntStream.range(0, world)
                    .mapToObj(other -> rendezvous.await("facts/" + other, other))
                    .toList();
            rendezvous.put("differences", Differences.between(all, rendezvous::hostOf));
        }
        String differences = rendezvous.await("differences", 0);
        if (!differences.isEmpty()) {
            rendezvous.leave();
            throw new RanksDifferException(differences);
        }
    }

    /** A text of rank 0's, on every rank. */
    public String fromFirst(String topic, String text) {
        if (rank == 0) {
            rendezvous.put("said/" + topic, text);
        }
        return rendezvous.await("said/" + topic, 0);
    }

    private String described(String operation, Tensor tensor) {
        return operation + " of " + Arrays.toString(tensor.shape()) + (step < 0 ? "" : " in step " + step);
    }

    private interface Attempt<T> {
        T make();
    }

    private <T> T attempt(String what, Attempt<T> attempt) {
        if (failure().isPresent()) {
            throw failure().get();
        }
        if (watch.verdict().isPresent()) {
            failure = rendezvous.lost(what, new IllegalStateException("it would not be completed"));
            throw failure;
        }
        try {
            return attempt.make();
        } catch (RankLostException e) {
            failure = e;
            throw e;
        } catch (RuntimeException e) {
            failure = rendezvous.lost(what, e);
            throw failure;
        }
    }

    /** An operation that was begun. */
    private final class Begun {
        private final String what;
        private final Work work;

        Begun(String what, Work work) {
            this.what = what;
            this.work = work;
        }

        Work work() {
            return work;
        }

        /** On a GPU only what is computed later waits. */
        void await(boolean onGpu) {
            attempt(what, () -> {
                if (onGpu) {
                    return work._wait();
                }
                watch.waits(what);
                try {
                    new Completion(what, work, rendezvous).await();
                    return true;
                } finally {
                    watch.goesOn();
                }
            });
        }
    }

    /**
     * Takes leave without an operation of this rank having failed.
     *
     * @param why what ended it, for the others
     */
    public void leave(String why) {
        rendezvous.leave(why);
    }

    /** Takes leave, of a group that has not failed, once what was begun is done. */
    @Override
    public void close() {
        if (failure().isPresent()) {
            // joining the threads of a broken group could wait for its timeout; the process is about to end
            return;
        }
        rendezvous.leave();
        if (onGpu != null) {
            onGpu.close();
        }
        family.forEach(member -> member.carriers.release());
        rendezvous.close();
    }
}
