"""The twenty questions of the concept inventory: what lectures, slides and articles on WGANs get wrong.

Each question names the slips that it is about by their numbers in the list that the chapters' `trap-NN` cells
follow, and the chapters that show the correct statement. The slips left out are details of implementation:
RMSProp's constants (16), and what D* is where both densities vanish (23). Taught in: 00_start_here.
"""

from wgan_edu.exercises.quizzes import Option, Question, right, wrong

__all__ = ["QUESTIONS", "UNSURE", "Item"]

UNSURE = wrong("I do not know yet.", "A good reason to read on.")


class Item(Question):
    """A question of the inventory: which slips it is about, and which chapters show what is right."""

    def __init__(
        self, text: str, *options: Option, traps: tuple[int, ...], chapters: tuple[str, ...]
    ) -> None:
        """Put a question with its options, one of which is right; “I do not know yet” is added."""
        super().__init__(text, *options, UNSURE)
        self.traps, self.chapters = traps, chapters


QUESTIONS = [
    Item(
        "Two smooth curves in the plane cross at three points. One law is spread evenly along the first, "
        "one along the second. How large is JS between them (with its factor 1/2, in nats)?",
        wrong("A little below log 2, because the curves meet.",
              "Three points carry no mass under either law."),
        right("Exactly log 2.", "The crossing has measure zero, so each law has all its mass off the other."),
        wrong("0, because the curves meet.", "JS is 0 between equal laws only."),
        traps=(8,), chapters=("01", "03"),
    ),
    Item(
        "What is the largest value of the Jensen-Shannon divergence in this course: mean of two KL terms, "
        "natural logarithms?",
        right("log 2", "Each KL term against the mixture is at most log 2, and the two count half each."),
        wrong("1", "That is the same value in bits, with logarithms to the base 2."),
        wrong("2 log 2", "That is the sum of the two KL terms, without the factor 1/2."),
        wrong("infinity", "KL has no bound; but a mixture has mass wherever either law has, so JS has one."),
        traps=(10,), chapters=("02",),
    ),
    Item(
        "Real points lie on a circle of radius 1, generated ones on the circle of radius 2 around the same "
        "center. Can a discriminator tell them apart without error?",
        wrong("No: one circle surrounds the other.",
              "It only must not be linear. The distance to the center decides."),
        wrong("Yes, by a hyperplane, as always with disjoint supports.",
              "No line does it: on the side of all inner points there are outer ones, too."),
        right("Yes, but by no hyperplane.",
              "Between disjoint closed and bounded sets a smooth one exists; here a function of the radius."),
        traps=(6,), chapters=("03",),
    ),
    Item(
        "At all generated points a smooth discriminator, with values from 0 to 1, is exactly 0. The "
        "generator descends the mean of log(1 - D). Why is its gradient 0?",
        wrong("The loss is log 1 = 0, a constant.",
              "x is 0 at 0, too, and has slope 1 there: a value at a point says nothing of a slope."),
        wrong("It is not 0, because log has slope 1 at 1.",
              "The chain rule multiplies that slope with the gradient of D. What is that?"),
        right("0 is the least value that D can have, so its own gradient is 0 there.",
              "At an inner minimum a differentiable function is flat, and the chain rule does the rest."),
        traps=(7,), chapters=("03",),
    ),
    Item(
        "While supports are disjoint, JS is log 2. So a GAN cannot learn from there?",
        wrong("It cannot: the gradient of a constant is 0, whatever the loss.",
              "The generator does not descend JS. It descends a loss of a discriminator, which is not "
              "perfect."),
        right("It can: that holds for a perfect discriminator and the loss log(1 - D), and practice uses "
              "neither.",
              "With -log D and a discriminator of a few steps GANs do learn, if not reliably."),
        wrong("It can: -log D has the same gradients as W1.",
              "They have the direction of log(1 - D), sample by sample, and another length."),
        traps=(9,), chapters=("03",),
    ),
    Item(
        "A point mass at 0 and one at θ: W1 is |θ|. Where does W1 have a gradient in θ?",
        wrong("Everywhere: that is the point of W1.",
              "|θ| has a kink at 0. W1 is continuous everywhere, and differentiable almost everywhere."),
        right("Everywhere but at θ = 0.", "Slope -1 on the left, 1 on the right, and a kink between."),
        wrong("Only where the two laws overlap.",
              "That describes JS at best. W1 has slope 1 however far apart they are."),
        traps=(22,), chapters=("04",),
    ),
    Item(
        "A law is spread evenly along a segment of length 1 in the plane. What is its density with respect "
        "to area?",
        wrong("1 on the segment, 0 elsewhere.",
              "Integrated over the plane that gives 0, not 1: a segment has no area."),
        wrong("0 everywhere.", "Then all of its mass would be 0."),
        right("It has none.",
              "All mass lies on a set of area 0. Integrate against the law itself. Optimal plans are "
              "mostly of this kind."),
        traps=(19,), chapters=("04", "05"),
    ),
    Item(
        "W1 between two sets of 1,000 points in the plane, as defined, by the least work over all plans. "
        "How do you get it?",
        right("A linear program gives it, exactly, in seconds.",
              "A million unknowns, and a proof comes along. Laws known through samples alone are another "
              "matter."),
        wrong("Not at all: the set of plans is too large to search.",
              "It is immense, and no solver searches it plan by plan."),
        wrong("Only by training a critic.",
              "A critic gives a lower bound. It is needed where no finite set of points is the whole story."),
        traps=(20,), chapters=("05",),
    ),
    Item(
        "Slides say: W1 = sup over 1-Lipschitz f of |E f(x) - E f(y)|. What is this?",
        wrong("The definition of W1.",
              "The definition is the least work over all couplings. That both agree has to be proved."),
        wrong("A mistake: with the bars it is twice W1.",
              "The bars turn a gap of -3 into 3, and -f had that gap before."),
        right("A theorem, and the bars make no difference.",
              "Kantorovich and Rubinstein. With f also -f is allowed, so the largest gap is not negative."),
        traps=(4, 26), chapters=("06",),
    ),
    Item(
        "What does being 1-Lipschitz force on a critic?",
        right("It grows at most linearly; bends and kinks are allowed.", "-|x| is 1-Lipschitz, for example."),
        wrong("It is linear.",
              "min(x, 0) is 1-Lipschitz. Between two Gaussians of different spread the best critic has a "
              "kink."),
        wrong("Its values lie between -1 and 1.", "Its slopes do. Its values may be of any size: add 100."),
        traps=(5,), chapters=("06", "08"),
    ),
    Item(
        "Which of these makes sure that f, from R^d to R, is 1-Lipschitz?",
        wrong("It is differentiable almost everywhere, with a gradient of length at most 1 there.",
              "A step is flat almost everywhere, and jumps."),
        wrong("Its gradient has length 1 at all real and generated points.",
              "Between those points it may be as steep as it likes."),
        right("It is continuously differentiable, with a gradient of length at most 1 everywhere.",
              "Integrate the gradient along the segment between two points."),
        traps=(11,), chapters=("06",),
    ),
    Item(
        "The generator stands still, and its critic is trained for another 1,000 steps. What happens to W1 "
        "between real and generated samples?",
        wrong("It rises, because the critic maximizes it.",
              "The critic maximizes a lower bound. W1 is the ceiling, and ceilings do not move."),
        wrong("It falls, because the critic minimizes it.",
              "Only the generator can change it, by moving its samples."),
        right("Nothing: W1 does not depend on the critic.",
              "What changes is the estimate. One value f(x) is no distance either: f is defined up to a "
              "constant."),
        traps=(3,), chapters=("06", "09"),
    ),
    Item(
        "All weights of a deep critic are clipped to [-0.01, 0.01]. What is its Lipschitz constant?",
        wrong("At most 1: that is what clipping is for.",
              "Nothing in it knows the number 1. Wide layers may reach far more, narrow ones far less."),
        right("At most some K, which depends on widths and depth.",
              "The bound is the product of c times the root of n times m over the layers. So the gap is at "
              "most K times W1."),
        wrong("At most 0.01.",
              "That bounds single weights. A layer of 512 by 512 of them can stretch by 5.12."),
        traps=(12,), chapters=("08",),
    ),
    Item(
        "Which of these gives a matrix W with many rows the steepest slope 1 exactly, as a map from x to Wx?",
        right("Divide W by its largest singular value.", "That number is the steepest slope."),
        wrong("Divide each row by its length.",
              "The slope can then be as large as the root of the number of rows."),
        wrong("Divide W by the root of the sum of its squared entries.",
              "The slope is then at most 1, and less unless W has rank one: too tight."),
        traps=(13,), chapters=("08",),
    ),
    Item(
        "A critic f(x) = w x with one weight, and the mean of the real points is larger than that of the "
        "generated ones. The weights w >= 0 are a closed set. Does some w have the largest gap?",
        wrong("Yes: on a closed set a maximum is attained.",
              "It must be bounded as well: compact. The gap grows with w without end."),
        right("No: the gap grows with w.",
              "Closed is not enough. A closed and bounded set of weights would do, as in clipping."),
        wrong("Yes: w = 1, because critics are 1-Lipschitz.",
              "No one has said so here: w = 2 has twice the gap."),
        traps=(18,), chapters=("08",),
    ),
    Item(
        "Why is a WGAN's critic held to slope 1 (or to K)?",
        wrong("So that it does not become too good too early.",
              "A better critic is a better estimate, and a WGAN's is trained as far as you can afford."),
        wrong("So that it cannot overfit its training set.",
              "Clipped critics do overfit: on held-out data their gap is smaller."),
        right("So that the largest gap is finite, and is a distance.",
              "Without a limit on the slope, twice the critic has twice the gap, without end."),
        traps=(14,), chapters=("08", "09"),
    ),
    Item(
        "Where, in the paper on WGAN-GP, is the critic's gradient penalized?",
        right("At random points between a real and a generated one: a term of the critic's loss.",
              "The squared difference of the gradient's length and 1, one random mix for each sample."),
        wrong("At the real points.",
              "A variant that slides show. It says nothing of the region between, where the generator has "
              "to walk."),
        wrong("Nowhere: after each step the gradient is scaled to length 1.",
              "That would be a projection, like clipping. A penalty is a term of the loss."),
        traps=(17,), chapters=("08", "10"),
    ),
    Item(
        "A diagram says: critic loss f(fake) - f(real), update by gradient ascent; generator loss −f(fake), "
        "update by gradient descent. What is wrong with it?",
        wrong("Nothing.",
              "Then the critic would be high on generated samples, and the generator would stay where it "
              "is."),
        right("The critic has to descend its loss.",
              "Descending f(fake) - f(real) raises the gap f(real) - f(fake)."),
        wrong("The generator has to ascend its loss.",
              "It wants f(fake) to rise, so it descends −f(fake). Ascending sends its samples away from "
              "the data."),
        traps=(1, 2), chapters=("09",),
    ),
    Item(
        "In which order does Algorithm 1 of the WGAN paper take its steps?",
        wrong("One of the critic, one of the generator, in turn.",
              "That leaves out the inner loop: the critic has to keep up with the generator."),
        wrong("All of the critic, until it is optimal, then all of the generator.",
              "As soon as the generator has moved, another critic is best."),
        right("Five of the critic, each with a new batch, then one of the generator, again and again.",
              "An inner loop of n_critic steps. Written as t = 0, ..., n_critic it would make six."),
        traps=(15, 24), chapters=("09",),
    ),
    Item(
        "W1 takes the place of JS. Are mode collapse and oscillation now ruled out?",
        right("No: for neither is there a theorem.",
              "The authors saw no collapse in their experiments. With few critic steps a WGAN can cycle "
              "around the solution."),
        wrong("Yes: both came from the saturation of JS.",
              "Saturation explains vanishing gradients. Two players can chase each other under any loss."),
        wrong("Yes, as long as the critic is 1-Lipschitz.",
              "On the simplest example, with one parameter each, a WGAN need not converge."),
        traps=(21, 25), chapters=("10", "13"),
    ),
]  # fmt: skip
