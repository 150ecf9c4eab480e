package org.swav4j.train;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.DeviceStream;
import org.swav4j.tensor.HostBuffer;

/**
 * Brings the losses of the steps to the host. The CPU's is there at once. A GPU is still at work when the host has given it a
 * whole step, and would run out of work if the host waited for it; so its loss is read a step late.
 */
interface LossReading extends AutoCloseable {
    /**
     * Takes the loss of a step before its weights change.
     *
     * @throws DivergedException on the CPU, if it is not finite
     */
    void take(Tensor loss, long step, double learningRate);

    /**
     * The newest loss that is known: that of the step just taken, or from a GPU that of the one before.
     *
     * @throws DivergedException if it is not finite
     */
    double newest();

    /**
     * The loss of the step last taken; waits for it.
     *
     * @throws DivergedException if it is not finite
     */
    double last();

    @Override
    void close();

    /** How losses on a device are read. */
    static LossReading on(ComputeDevice device) {
        return device.isCuda() ? new Late(device) : new AtOnce();
    }

    /** From the CPU. */
    final class AtOnce implements LossReading {
        private double value = Double.NaN;

        @Override
        public void take(Tensor loss, long step, double learningRate) {
            value = DivergedException.check(loss.item_double(), step, learningRate);
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
        public void close() {}
    }

    /** From a GPU: copied to page-locked memory when it is computed, looked at during the next step. */
    final class Late implements LossReading {
        private final DeviceStream compute;
        private final Slot[] slots = new Slot[2];
        private long taken;

        Late(ComputeDevice device) {
            compute = DeviceStream.current(device);
            for (int i = 0; i < slots.length; i++) {
                slots[i] = new Slot(new HostBuffer(device, Float.BYTES), compute.newMark());
            }
        }

        @Override
        public void take(Tensor loss, long step, double learningRate) {
            Slot slot = slots[(int) (taken++ % slots.length)];
            slot.step = step;
            slot.learningRate = learningRate;
            slot.read = false;
            try (NoGradGuard noGrad = new NoGradGuard()) {
                long[] one = {1};
                torch.from_blob(slot.memory.bytes(), one, new TensorOptions(ScalarType.Float))
                        .copy_(loss.detach(), true);
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

        private double read(Slot slot) {
            if (!slot.read) {
                slot.copied.await();
                slot.read = true;
                slot.value = new FloatPointer(slot.memory.bytes()).get();
            }
            return DivergedException.check(slot.value, slot.step, slot.learningRate);
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
            private boolean read;

            Slot(HostBuffer memory, DeviceStream.Mark copied) {
                this.memory = memory;
                this.copied = copied;
            }
        }
    }
}
