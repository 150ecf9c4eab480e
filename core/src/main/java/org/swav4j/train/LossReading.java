package org.swav4j.train;

import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.optim.Gradients;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.DeviceStream;
import org.swav4j.tensor.HostBuffer;
import org.swav4j.tensor.StateDict;

/**
 * Brings the losses of the steps, and the norms of their gradients, to the host, where a {@link LossWatch} looks at them. The
 * CPU's are there at once. A GPU is still at work when the host has given it a whole step, and would run out of work if the
 * host waited for it; so its numbers are read a step late.
 */
interface LossReading extends AutoCloseable {
    /**
     * Takes the numbers of a step before its weights change.
     *
     * @param loss scalar
     * @param parameters with the gradients of the step
     * @throws DivergedException on the CPU, if they are not as they should be
     */
    void take(Tensor loss, StateDict parameters, long step, double learningRate);

    /**
     * The newest loss that is known: that of the step just taken, or from a GPU that of the one before.
     *
     * @throws DivergedException if the training has diverged
     */
    double newest();

    /**
     * The loss of the step last taken; waits for it.
     *
     * @throws DivergedException if the training has diverged
     */
    double last();

    /** Forgets the steps taken: the training has gone back to before them. */
    void forget();

    /** The norm of all gradients of the step that {@link #newest} or {@link #last} was last asked for. */
    double gradientNorm();

    @Override
    void close();

    /** How losses on a device are read. */
    static LossReading on(ComputeDevice device, LossWatch watch) {
        return device.isCuda() ? new Late(device, watch) : new AtOnce(watch);
    }

    /** From the CPU. */
    final class AtOnce implements LossReading {
        private final LossWatch watch;
        private double value = Double.NaN;
        private double gradientNorm = Double.NaN;

        AtOnce(LossWatch watch) {
            this.watch = watch;
        }

        @Override
        public void take(Tensor loss, StateDict parameters, long step, double learningRate) {
            double taken = loss.item_double();
            gradientNorm = Gradients.norm(parameters).item_float();
            // a loss that is not finite explains its gradients
            if (Double.isFinite(taken) && !Double.isFinite(gradientNorm)) {
                throw DivergedException.gradients(step, learningRate, Gradients.notFinite(parameters));
            }
            value = watch.check(taken, step, learningRate);
        }

        @Override
        public double newest() {
            return value;
        }

        @Override
        public double last() {
            return value;
        }

        @Override
        public void forget() {
            value = Double.NaN;
        }

        @Override
        public double gradientNorm() {
            return gradientNorm;
        }

        @Override
        public void close() {}
    }

    /** From a GPU: copied to page-locked memory when they are computed, looked at during the next step. */
    final class Late implements LossReading {
        private static final int NUMBERS = 2;

        private final LossWatch watch;
        private final DeviceStream compute;
        private final Slot[] slots = new Slot[2];
        private long taken;
        private double gradientNorm = Double.NaN;

        Late(ComputeDevice device, LossWatch watch) {
            this.watch = watch;
            compute = DeviceStream.current(device);
            for (int i = 0; i < slots.length; i++) {
                slots[i] = new Slot(new HostBuffer(device, NUMBERS * Float.BYTES), compute.newMark());
            }
        }

        @Override
        public void take(Tensor loss, StateDict parameters, long step, double learningRate) {
            Slot slot = slots[(int) (taken++ % slots.length)];
            slot.step = step;
            slot.learningRate = learningRate;
            slot.read = false;
            try (NoGradGuard noGrad = new NoGradGuard()) {
                long[] numbers = {NUMBERS};
                Tensor both = torch.stack(new TensorVector(
                        loss.detach().to(ScalarType.Float),
                        Gradients.norm(parameters).to(ScalarType.Float)));
                torch.from_blob(slot.memory.bytes(), numbers, new TensorOptions(ScalarType.Float))
                        .copy_(both, true);
            }
            slot.copied.set(compute);
        }

        @Override
        public double newest() {
            if (taken > 1) {
                return read(slots[(int) (taken % slots.length)]);
            }
            return last();
        }

        @Override
        public double last() {
            return taken == 0 ? Double.NaN : read(slots[(int) ((taken - 1) % slots.length)]);
        }

        @Override
        public void forget() {
            taken = 0;
        }

        @Override
        public double gradientNorm() {
            return gradientNorm;
        }

        private double read(Slot slot) {
            if (!slot.read) {
                slot.copied.await();
                slot.read = true;
                FloatPointer numbers = new FloatPointer(slot.memory.bytes());
                slot.value = numbers.get(0);
                slot.gradientNorm = numbers.get(1);
                if (Double.isFinite(slot.value) && !Double.isFinite(slot.gradientNorm)) {
                    throw DivergedException.gradients(slot.step, slot.learningRate, List.of());
                }
                watch.check(slot.value, slot.step, slot.learningRate);
            }
            gradientNorm = slot.gradientNorm;
            return slot.value;
        }

        @Override
        public void close() {
            for (Slot slot : slots) {
                slot.copied.await();
                slot.copied.close();
                slot.memory.close();
            }
            compute.close();
        }

        private static final class Slot {
            private final HostBuffer memory;
            private final DeviceStream.Mark copied;
            private long step;
            private double learningRate;
            private double value;
            private double gradientNorm;
            private boolean read;

            Slot(HostBuffer memory, DeviceStream.Mark copied) {
                this.memory = memory;
                this.copied = copied;
            }
        }
    }
}
