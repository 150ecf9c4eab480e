#!/usr/bin/env python3
"""Images a second of the recipe in plain PyTorch: PIL decodes, torchvision crops and augments, one process.

The recipe is that of the paper (2x224 + 6x96; flip, colour jitter, grey, Gaussian blur), written from its description.
Arguments: folder with images, how many images, rounds. Needs Debian's python3-torchvision.
"""

import os
import random
import statistics
import sys
import time

import torch
from PIL import Image, ImageFilter
from torchvision import transforms


class Blur:
    """Half of the time a Gaussian blur with a standard deviation between .1 and 2."""

    def __call__(self, image):
        if random.random() >= 0.5:
            return image
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


def view(size, scale):
    jitter = transforms.ColorJitter(0.8, 0.8, 0.8, 0.2)
    return transforms.Compose(
        [
            transforms.RandomResizedCrop(size, scale=scale),
            transforms.RandomHorizontalFlip(p=0.5),
            transforms.RandomApply([jitter], p=0.8),
            transforms.RandomGrayscale(p=0.2),
            Blur(),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.228, 0.224, 0.225)),
        ]
    )


def image_files(folder):
    files = sorted(os.path.join(d, f) for d, _, names in os.walk(folder) for f in names)
    return [f for f in files if f.lower().endswith((".jpg", ".jpeg", ".png"))]


def main():
    torch.set_num_threads(1)
    folder = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    files = image_files(folder)[:count]
    views = [view(224, (0.14, 1.0))] * 2 + [view(96, (0.05, 0.14))] * 6
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        for file in files:
            image = Image.open(file).convert("RGB")
            for v in views:
                v(image)
        rates.append(len(files) / (time.perf_counter() - start))
    print("%.1f %.1f %.1f" % (min(rates), statistics.median(rates), max(rates)))


if __name__ == "__main__":
    main()
