"""Right texts in other words pass the first look, above all those that deny a misconception by name."""

import pytest

from wgan_edu.exercises import ex

pytestmark = pytest.mark.usefixtures("home")

TEXTS = {
    "00.5": [
        "Multiply c <= A^T y by x: as all entries of x are nonnegative, the sign does not flip, so <c, x> "
        "<= <A^T y, x> = <y, A x>. Now A x <= b and y >= 0 entrywise, hence <y, A x> <= <y, b>. This is "
        "weak duality; I did not use strong duality, and they need not be equal. If they happen to be "
        "equal, any other x' has c.x' <= b.y = c.x, so x is optimal, and likewise y.",
        r"Because $x \ge 0$ and $A^\top y - c \ge 0$, $(A^\top y - c)^\top x \ge 0$, that is $c^\top x \le "
        r"y^\top A x$. Because $y \geq 0$ and $b - A x \ge 0$, $y^\top A x \le b^\top y$. If $c^\top x = "
        r"b^\top y$, nothing feasible lies above $b^\top y$ or below $c^\top x$, so neither can be "
        r"improved.",
        "c'x <= (A'y)'x uses x >= 0 in each coordinate. (A'y)'x = y'(Ax) <= y'b uses y >= 0 in each "
        "coordinate. We cannot divide by a vector, only multiply by nonnegative numbers. So c'x <= b'y. "
        "If both numbers are equal no feasible x' does better than x: c'x' <= b'y = c'x. Same for y.",
        "Termwise: c_j x_j <= (A^T y)_j x_j because no x_j is negative, and summing, c.x <= y.Ax. "
        "Likewise y_i (Ax)_i <= y_i b_i because no y_i is negative, so y.Ax <= y.b. When both ends "
        "coincide, the upper bound b.y on all c.x' is attained, so x is the maximizer, and y the "
        "minimizer.",
        "Since x is nonnegative, c.x <= (A^T y).x. This equals y.(Ax), and since y is nonnegative it is "
        "<= y.b. If they are equal, no feasible x' can have a larger c.x', because all are bounded by b.y; "
        "likewise no y' has a smaller b.y'.",
    ],
    "01.4": [
        "Take A = M minus L. P_r(A) = 1 since L has mass zero, and P_theta(A) = 0. The curves are not "
        "disjoint, but that does not matter. On A the mixture is P_r / 2, so the log ratio is log 2 and "
        "KL(P_r||m) = log 2; by symmetry the other too, JS = log 2. P_theta(A) = 0 while P_r(A) = 1, so "
        "KL(P_r||P_theta) is infinite, and the reverse as well. We do not need densities with respect to "
        "Lebesgue measure.",
        r"We do not assume that the supports are disjoint: they may cross in $L$. On $M \setminus L$ the "
        r"mixture is $\frac12 \mathbb P_r$, so the density ratio is 2 and $KL(\mathbb P_r \| m) = \ln 2$. "
        r"Same for $P \setminus L$. $JS = \frac12(\ln 2 + \ln 2) = \ln 2$, exactly and not approximately. "
        r"KL is $+\infty$ both ways, although JS is not infinite.",
        "L is a null set for both, so throw it away. What is left of M is a set where only the real law "
        "has mass; there d P_r / d m = 2 and the integral of log 2 is log 2. The same for the fake law. "
        "So JS = log 2. It is not that the intersection is small: it has mass exactly zero. And KL(P_r || "
        "P_g) = infinity, because P_r puts mass 1 where P_g puts 0. The roles can be swapped.",
        "If the curves never met, the claim would be clear. Here they do meet, but P_r(L) = P_g(L) = 0, "
        "so off L each point belongs to one law only. The mixture is one half of that law, the ratio 2, "
        "KL to it log 2 and so JS = (log 2 + log 2) / 2 = log 2. Neither KL is finite: KL = infinity.",
        "P_theta(M) = P_theta(M ∩ P) = P_theta(L) = 0 since the fake law lives on P, while P_r(M) = 1. On "
        "M the mixture equals P_r / 2, dP_r/dm = 2, KL(P_r||m) = log 2; on P likewise. JS = log 2. As "
        "P_theta(M) = 0 < 1 = P_r(M), KL(P_r||P_theta) = infinity, and by symmetry the reverse.",
        "The set M has real mass one. Its fake mass is that of the intersection, which is zero. Hence on "
        "M the mixture is half the real law, the density is 2, and the KL to the mixture is log 2. The "
        "other side is the same, so JS = log 2. Both KL are infinite as the real law is not absolutely "
        "continuous with respect to the fake law.",
        "Let f = dP_r/dm and g = dP_theta/dm, f + g = 2. Since P_theta(M) = P_theta(L) = 0, g = 0 a.e. on "
        "M and f = 2 there; since P_r(P) = P_r(L) = 0, f = 0 on P and g = 2. Therefore KL(P_r|m) = int "
        "log f dP_r = ln 2, the same for the other, and JS = ln 2. KL(P_r|P_theta) = +inf because P_r is "
        "singular to P_theta.",
    ],
    "01.6": [
        "A photo with d pixels is a point in R^d, but natural images fill only a thin part: they lie near "
        "a curved manifold of dimension m << d, not in a linear subspace. Reasonable because random "
        "pixels never look like a photo and few factors such as pose and light vary. One can test it by "
        "estimating the intrinsic dimension from nearest neighbors; PCA is not enough, as it gives the "
        "dimension of the smallest plane, not the intrinsic dimension. It is not proved, and it does not "
        "always hold exactly: noise thickens it.",
        "The hypothesis says that real data have few degrees of freedom compared to the number of "
        "coordinates. The set of pictures is bent like a sheet of paper; it need not be flat. Neighboring "
        "pixels are correlated, and static looks like no image. Test: count how the number of points "
        "within r grows. It does not say that there is one smooth piece, nor that the points lie on a "
        "plane.",
        "Images do not fill pixel space. They sit close to a low-dimensional nonlinear surface. A linear "
        "subspace would be too simple: the average of two faces is a ghost. An image is determined by "
        "camera angle, lighting, and shape. Nobody can prove it; one measures it with a dimension "
        "estimator at some scale.",
        "A single image is a point and not a manifold; all the images together concentrate around a "
        "surface with far fewer dimensions than pixels. It is curved, for a straight line between two "
        "digits leaves it. It is plausible since physical causes are few. No theorem says that images lie "
        "there. To test it, estimate the dimension from distances.",
    ],
    "03.3": [
        "By the chain rule the gradient is -E[J^T grad D(g(z)) / (1 - D(g(z)))]. D >= 0 everywhere and D "
        "= 0 at fake samples, so each one is a global minimum of D, and since D is differentiable grad D "
        "= 0 there. Hence the whole expectation is 0. The other argument only knows the value at one "
        "theta; it would need the loss to be constant around theta. Counterexample: theta^2 - 1 is 0 at 1 "
        "and its slope is 2.",
        r"$\nabla_\theta \log(1 - D(g_\theta(z))) = -\frac{J^\top \nabla D}{1 - D}$. The log is not flat "
        r"at 1: its derivative is 1 there. It is $\nabla D$ that vanishes, because $D$ attains its "
        r"smallest value 0 at $g_\theta(z)$ and is differentiable. That the value is 0 does not mean that "
        r"the derivative is 0, e.g. $\sin \theta$ at 0.",
        "D cannot be negative, so where it is 0 it has a minimum, and a differentiable function has "
        "gradient 0 at an interior minimum. The gradient of the loss is by the chain rule a mean of "
        "products with grad D as a factor, so it is 0. 'log 1 = 0 so the gradient is 0' confuses a value "
        "with a constant: the loss is 0 at this theta, but the gradient of a constant would need it to be "
        "0 for all nearby theta.",
        "Let x = g(z). d/dtheta log(1 - D(x)) = -1/(1 - D(x)) * D'(x) * dx/dtheta = -D'(x) dx/dtheta. "
        "Since D has its least value at x, and is smooth, D'(x) = 0. A function can be zero at a point "
        "and still increase there, like theta at 0. JS being constant is not used.",
        "For fixed z put phi(theta) = D(g_theta(z)). phi is >= 0. At our theta phi = 0, so theta is a "
        "minimum of phi and phi'(theta) = 0, as it is differentiable. Then the gradient of log(1 - phi) "
        "is -phi'/(1 - phi) = 0, and so is the mean. The 'constant' argument only looks at one value of "
        "theta; sin(theta) is 0 at 0 and has slope 1.",
    ],
    "03.6": [
        "If the supports of the two laws hardly overlap, e.g. two manifolds in high dimension, some D is "
        "1 on real and 0 on fake; it is not always a hyperplane. Saturation: log(1-D) is flat on the fake "
        "samples, so the gradient is almost zero. In practice one minimizes -log D instead. Mode "
        "collapse: with D fixed the generator can put all its mass on the single best point. Swinging: D "
        "then moves and the generator follows, a cycle. This is not because of JS: a WGAN cycles as well. "
        "Wasserstein helps with vanishing gradients but does not guarantee that no modes are lost.",
        "A perfect discriminator exists when the laws share no mass. Then the generator's gradient "
        "vanishes (saturation). Remedy: the non-saturating loss -log D. That loss corresponds to "
        "KL(fake||real) - 2 JS, so dropping a mode costs little. Oscillation does not come from "
        "saturation: it is the game of two players who chase each other. Another distance cures the first "
        "only; no distance guarantees against collapse, and WGAN is not always convergent either.",
        r"When real and fake are disjoint (thin manifolds), $D$ can be perfect. Training saturation means "
        r"that $\nabla \log(1 - D)$ is near 0 though samples are bad. Practice: $-\log D$, or train $D$ "
        r"only a few steps. One mode: the best answer to a fixed $D$ is a single point, its maximum. "
        r"Oscillation: rotation in the game, imaginary eigenvalues; collapse is not caused by vanishing "
        r"gradients. $W_1$ cures only the vanishing gradient.",
        "Perfect D: possible whenever the supports don't overlap. Saturation: the generator loss goes "
        "flat and there is no gradient. One uses -log(D) in the generator. Collapse: reverse KL does not "
        "punish missing modes. Swings: generator and discriminator circle around the equilibrium. EMD "
        "fixes the flat loss; it can't promise convergence or that the WGAN never collapses.",
        "When the supports of real and generated data have no common points, a discriminator can score "
        "100 percent. Then log(1 - D) saturates: its gradient is almost zero and the generator stops. "
        "People use the non-saturating loss. Since that loss behaves like reverse KL, missing modes costs "
        "little, so the generator may sit on a single mode. The two networks chase each other, and may "
        "cycle; this happens for Wasserstein too. Only the first is cured by another distance.",
        "If the pieces meet only in a null set, D can be right almost surely. Then the generator's "
        "gradient vanishes: saturation. In practice we maximize log D. Collapse: for a frozen D the "
        "optimum is to put everything at argmax D. Then D reacts and G moves, so they oscillate. W1 cures "
        "vanishing gradients, not oscillation; gradient penalties help there.",
        "A perfect discriminator exists if the two supports are separated. The generator then receives no "
        "gradient, which is called saturation. The alternative loss -log D keeps gradients. The generator "
        "can collapse because producing one good sample is enough to fool a fixed D. It swings because of "
        "the rotational dynamics of two player games. Wasserstein distance solves the first.",
    ],
    "05.5": [
        "Upper bound: the map x -> x + v pushes P to Q, so (x, x + v) is a coupling with the right "
        "marginals and cost ||v||; W1 is not more than that. It is not the only plan. Lower bound: for "
        "any coupling gamma, E||y - x|| >= ||E(y - x)|| by Jensen, and E(y - x) = E y - E x = v depends "
        "only on the marginals.",
        r"Let $T(x) = x + v$. Then $(x, T(x))$ has marginals $\mathbb P$ and $\mathbb Q$, and its cost is "
        r"$\|v\|$, thus $W_1 \le \|v\|$. For every plan $\gamma$: $\mathbb E_\gamma\|y - x\| \ge \|\mathbb "
        r"E_\gamma (y - x)\| = \|\mathbb E y - \mathbb E x\| = \|v\|$ by convexity of the norm. It is not "
        r"true that each move is at least as long as v; only the mean is fixed.",
        "Shifting everything by v is a plan, since the law of x is P and that of x + v is Q; so W1 <= "
        "|v|. A single point may move less than v, so that is no argument. But take an arbitrary plan: "
        "the mean displacement is mean of Q minus mean of P, which is v, and the mean length is at least "
        "the length of the mean displacement.",
        "That no plan is cheaper is not obvious. Take any plan; its average move vector is E y - E x = v "
        "because the marginals are given. By the triangle inequality the average length is at least |v|. "
        "On the other hand the shift x -> x + v has marginals P and Q and costs |v|, hence W1 <= |v|. No "
        "squares are needed.",
    ],
    "05.6": [
        "Think of P as piles of earth and Q as holes. The EMD is the minimal total work, mass times "
        "distance. W1(P, Q) = inf over gamma in Pi(P, Q) of E|x - y|, where Pi contains all joint "
        "distributions with marginals P and Q (not only the product). When supports are disjoint, JS = "
        "log 2 no matter how far; it is not infinite, but its gradient is 0. W1 falls continuously, so "
        "the generator gets a direction.",
        r"Work is mass times distance. $W_1 = \inf_{\gamma \in \Pi} \mathbb E_\gamma \|x - y\|$, where "
        r"$\Pi$ holds the couplings whose marginals are $\mathbb P$ and $\mathbb Q$; they need not be "
        r"independent. JS stays at $\log 2$ until the supports touch, and only then does JS become 0 for "
        r"equal laws. KL is infinite. $W_1$ has a useful slope there, though not a gradient everywhere.",
        "To turn one heap into another, each bit of earth is carried some way; add up mass times way, "
        "choose the cheapest plan. W1 = min over joint laws of the expected distance, the rows of the "
        "table sum to P and its columns to Q. JS has the same value log 2 at any distance, so no slope; "
        "W1 shrinks with the distance and gives a gradient almost everywhere, not everywhere. The "
        "independent coupling is just one of the plans in Pi.",
        "The earth mover's distance is the least work: mass times distance. inf over plans of the "
        "expected distance; Pi is the set of joint laws with the marginals P and Q. Unlike a maximum over "
        "plans, the infimum is what matters. JS is constant, log 2, for disjoint supports, never "
        "infinite. Its derivative is zero, W1's is not.",
    ],
    "06.4": [
        "Part 1: W1 = sup over f with |f(x) - f(y)| <= |x - y| of E_P f - E_Q f; f need not be bounded. "
        "Part 2: with i = j, C_jj = 0 gives f^c_j <= -f_j. Since f_i - f_j <= C_ij we have C_ij - f_i >= "
        "-f_j for all i, so f^c_j >= -f_j. It is not f^c = f. Part 3: z -> |z - y_j| - g_j is 1-Lipschitz "
        "by the triangle inequality, and so is a minimum of such.",
        r"Part 1: $W_1 = \sup_{\|f\|_L \le 1} \mathbb E_P f - \mathbb E_Q f$, where $|f(x) - f(y)| \le \|x "
        r"- y\|$ for all $x, y$. The slope need not be exactly 1. Part 2: the term $i = j$ of the minimum "
        r"is $-f_j$ as the distance from a point to itself is 0. All the others are at least $-f_j$ by the "
        r"Lipschitz condition. This is not symmetry: squared distances are symmetric too. Part 3: by the "
        r"triangle inequality.",
        "1. The largest difference of means E f(x) - E f(y) over functions that grow at most as fast as "
        "the distance: f(x) - f(y) <= |x - y|. 2. f^c_j = min_i C_ij - f_i. Choose the same point: it is "
        "<= -f_j. For no i can C_ij - f_i be smaller than -f_j, as f_j >= f_i - C_ij. 3. The triangle "
        "inequality makes each cone 1-Lipschitz, and the minimum of cones as well, so no income is lost.",
    ],
    "06.6": [
        "For any f with slope at most 1, E f(x) - E f(y) <= E|x - y| for each plan, so its gap is at most "
        "W1. By Kantorovich-Rubinstein the best one attains it. W1 is not defined as a maximum. With "
        "slopes up to K the maximum is K W1. Without a limit it is infinite. The critic is not forced to "
        "be linear: |z| has slope 1 and a kink; it is best if earth has to go both ways.",
        "Every 1-Lipschitz critic gives a lower bound on $W_1$, and the duality theorem says that the sup "
        "equals $W_1$. The number 1 is only a unit: for 2 one gets $2 W_1$. If nothing limits the slope, "
        "the gap is unbounded. It does not make the critic linear, it only grows at most linearly: "
        "between two Gaussians of different widths the best critic is $|z|$. The slope needn't be 1 "
        "everywhere.",
        "A critic can't beat the work: f(x) - f(y) <= |x - y|, averaged over the plan. So its gap is a "
        "lower bound. The theorem: the largest gap is exactly W1. Slope limit 10 gives 10 times as much, "
        "so divide. With no limit, scale f and the gap explodes. Must the critic be a straight line? No, "
        "not linear: at a kink it turns, as in the zigzag on the street. It must not be steeper than 1, "
        "that is all.",
    ],
    "07.4": [
        "Let f be 1-Lipschitz with E_P f - E_Q f >= W1(P,Q) - eta, chosen in advance. Then W1(P_m,Q_m) >= "
        "mean f(x_i) - mean f(y_j) for every draw. Taking expectations and since each x_i ~ P the right side "
        "is E_P f - E_Q f >= W1 - eta; let eta -> 0. If P=Q is not a point mass, with positive probability "
        "the samples are not the same multiset and then W1 > 0; as W1(P,Q)=0 it is strict.",
        "By Kantorovich duality W1 is a sup of linear functionals, hence convex, and E P_m = P, E Q_m = Q, "
        "so by Jensen E W1(P_m,Q_m) >= W1(E P_m, E Q_m) = W1(P,Q). For P = Q the left is positive as two "
        "samples differ with positive probability unless P is a Dirac.",
        "Fix the optimal critic f of the two laws (or one within eta). For it the expected gap on batches "
        "equals the gap on the laws, as sample means are unbiased. W1 of the batches is a sup over "
        "critics and so at least this gap. Taking expectations: E W1(P_m, Q_m) >= W1(P, Q). W1 itself is "
        "not unbiased. If P = Q the right side is 0, and two batches differ with positive probability, so "
        "it is strict.",
        r"$\mathbb E \sup_f \ge \sup_f \mathbb E$. In words: for any fixed 1-Lipschitz $f$, $W_1(\mathbb "
        r"P_m, \mathbb Q_m) \ge \frac1m \sum f(x_i) - \frac1m \sum f(y_i)$; take expectations, by "
        r"linearity the right side is $\mathbb E_P f - \mathbb E_Q f$; then take the sup over $f$. No law "
        r"of large numbers is needed, m can be 1. For $P = Q$ the batches are almost surely different "
        r"unless the law is a point mass, so $W_1 > 0$.",
        "W1 is convex, not concave, in the pair of laws, and the empirical laws have mean P and Q. More "
        "directly: take the best potential f of P and Q, chosen before the draw. E[gap of f on the batch] "
        "= gap of f = W1(P, Q), because each draw has the right law. The batch's own best critic does at "
        "least as well. When P = Q the batches are not equal with positive probability. This does not use "
        "convergence as m grows.",
    ],
    "08.4": [
        "The gap is sum_i v_i d_i with d_i = (r_i(-1) + r_i(1))/2 - r_i(0). The derivative of relu(w x + "
        "b) is 0 or w, so both increments lie between 0 and w_i and |d_i| <= |w_i|/2. By Cauchy-Schwarz "
        "the gap is <= 1/2 |v| |w| <= 1/2. It is not that ReLU cannot represent |x|: relu(x) + relu(-x) = "
        "|x|, but its norms multiply to 2. GroupSort: W1 = (1, -1)^T / sqrt 2, sort, W2 = (1, -1)/sqrt 2, "
        "output |x|.",
        r"Universal approximation does not help, since the norms are bounded. Each neuron contributes "
        r"$v_i\,(\frac12 r_i(1) + \frac12 r_i(-1) - r_i(0))$, whose size is at most $|v_i||w_i|/2$ since "
        r"the slope is between 0 and $w_i$. Summing, Cauchy--Schwarz gives $\frac12 \|v\|\|w\| \le "
        r"\frac12$. With sorting: $(x, -x)/\sqrt2 \mapsto (|x|, -|x|)/\sqrt 2 \mapsto |x|$, gap 1.",
        "Unit by unit: half of relu's rise on the right minus half of its rise on the left, at most |w_i| "
        "/ 2 whatever the bias. Sum of |v_i||w_i| is at most the product of the lengths by "
        "Cauchy-Schwarz, so the gap is at most one half. So under these norms a ReLU critic cannot be "
        "|x|, GroupSort can: first matrix (1, -1)/sqrt(2), second (1, -1)/sqrt(2), max(x, -x).",
        "For a convex function r with slopes in [0, w] the second difference is at most w. So unit i adds "
        "at most |v_i w_i| / 2, and sum |v_i w_i| <= 1 by Cauchy-Schwarz: gap <= 0.5. Within the norm "
        "limits no ReLU network can make |x|. Two sorted copies, x/sqrt2 and -x/sqrt2, then their "
        "difference / sqrt2, do.",
    ],
    "08.6": [
        "Clipping: after every update set each weight to [-c, c]. It does not make the critic "
        "1-Lipschitz, but K-Lipschitz for some K nobody knows, so the gap is at most K W1. Gradient "
        "penalty: add lambda (||grad f|| - 1)^2 at random points between real and fake. It is not "
        "enforced everywhere, so slopes may exceed 1. The limit is needed because otherwise the gap can "
        "be scaled to infinity, not because the critic would become too strong. I would quote the "
        "c-transform certificate.",
        "Without a constraint, multiply f by 10 and the gap is 10 times as large; no maximum exists. "
        "Weight clipping keeps all weights in a box, so f is Lipschitz with an unknown constant. The "
        "penalty punishes gradient norms away from 1 with respect to the inputs, not the gradient with "
        "respect to the weights, on a sample of points and not at every point of the space. It gives no "
        "guarantee. Quote the certified value, or exact W1.",
        r"A limit is necessary since the sup over all $f$ is $\infty$. Clipping $w \in [-c, c]$ gives "
        r"$\|f\|_L \le K$ and not $\le 1$. The penalty $\lambda\,\mathbb E(\|\nabla f(\hat x)\| - 1)^2$ is "
        r"a soft constraint; it cannot hold everywhere. The number to trust: the lower bound from the "
        r"c-transform. We do not want to prevent the critic from becoming too strong.",
        "Scaling f scales the gap, so some bound on the slope is needed. Clipping cuts the weights back "
        "to a small interval; the resulting Lipschitz constant is finite but unknown, and clipping does "
        "not make it one. The penalty adds the squared excess of the slope to the loss, only at "
        "interpolated points, so it can still be larger than 1, and then the gap overestimates W1. So "
        "report a certificate.",
    ],
    "09.4": [
        "W1 is by definition the infimum over couplings of E|x - y|; it is not defined as a supremum. By "
        "Kantorovich-Rubinstein duality it equals sup over 1-Lipschitz f of E_r f - E_g f. The critic's "
        "optimizer minimizes mean f(fake) - mean f(real). For the generator the term with real points "
        "does not depend on theta, so it descends -E f(g(z)). By the envelope theorem the gradient of "
        "this at the best f is the gradient of W1. Clipping does not make f 1-Lipschitz, only "
        "K-Lipschitz, and five steps do not reach the best critic, so we only get a lower bound of K W1.",
        r"Start: $W_1 = \inf_{\gamma \in \Pi} \mathbb E_\gamma \|x - y\|$. The Kantorovich-Rubinstein "
        r"theorem: $= \sup_{\|f\|_L \le 1} \mathbb E_r f - \mathbb E_\theta f$, f 1-Lipschitz. The critic "
        r"does not maximize $W_1$; it descends $-(\mathbb E_r f - \mathbb E_\theta f)$. The generator "
        r"descends $-\mathbb E f(g_\theta(z))$, as the real term is constant in $\theta$. Danskin: at the "
        r"optimal f the gradients agree. Clipped: K-Lipschitz, unknown K, not optimal after five steps.",
        "The cheapest plan's cost is W1. The duality theorem says the largest mean difference f(real) - "
        "f(fake) over all 1-Lipschitz f has the same value. Critic loss: negative gap. Generator loss: "
        "minus the mean of f on its own samples; the mean over the data is dropped since no theta appears "
        "in it. Why W1 falls: when f is optimal, its derivative contributes nothing to first order, so "
        "the slope of the loss is the slope of the distance. Approximate: the network class is a subset, "
        "K unknown, batches.",
        "W1 = min over plans of the mean length. Kantorovich-Rubinstein: it is also the max of the gap "
        "over 1-Lipschitz critics. The critic descends E f(g(z)) - E f(x). The generator lowers -E "
        "f(g(z)), that is it raises the critic's values of its samples; E f(x) does not contain theta. "
        "Envelope theorem: with the best f held fixed the gradient is that of W1. A clipped network has "
        "some slope bound K other than 1, and is not at its best after five steps.",
    ],
    "09.6": [
        "A discriminator returns the probability that x is real. A critic does not output a probability "
        "but an arbitrary real score. It maximizes E f(x) - E f(g(z)), which is not W1 itself but a lower "
        "bound of it over 1-Lipschitz f. The generator minimizes -E f(g(z)). Weight clipping to [-c, c] "
        "after each step. The constraint is there because otherwise f can be scaled up and the gap is "
        "infinite, not because the critic would get too powerful.",
        r"The GAN's discriminator classifies real versus fake with a sigmoid. The critic outputs a real "
        r"number without sigmoid. $\max_f \mathbb E_r f - \mathbb E_g f$ with f Lipschitz; the critic "
        r"cannot change $W_1$, it only approaches it from below. The generator lowers this distance by "
        r"pushing its samples toward higher f. The lecture clips the weights, which does not give a "
        r"1-Lipschitz critic but a K-Lipschitz one. Without a constraint the supremum is infinite.",
        "Discriminator: yes/no classifier. Critic: a potential, its single values mean nothing, only "
        "differences of means do. The critic raises the difference of the mean score on real and fake; "
        "the generator descends minus the mean score of its samples. Method: clip weights. Needed since "
        "1000 f has a 1000 times larger gap. It is no protection against a critic that is too strong: a "
        "strong critic is what we want.",
        "The critic is no classifier: unlike the discriminator, which gives a probability, it gives any "
        "number. It tries to make mean f(real) - mean f(fake) large; the best 1-Lipschitz one attains W1, "
        "and the generator makes W1 small. Clipping every weight to a box keeps the slope bounded. "
        "Otherwise there is no maximum. S0 says the critic must not be too powerful, which is not the "
        "reason.",
    ],
    "11.4": [
        "Take any coupling of the two laws. E|x-y|^2 = |m_a - m_b|^2 + tr A + tr B - 2 tr C with C the "
        "cross-covariance, so the cost depends on first and second moments only. The block matrix with "
        "A, C, C^T, B is a covariance, hence psd. For two Gaussians with the same moments each such C "
        "is realized by a joint Gaussian vector, so the Gaussian value is the minimum over all "
        "admissible C, while our couplings give a subset of them. Hence W2^2 >= FD. The features are "
        "not assumed to be Gaussian. A fair coin on {-1, 1} and N(0, 1) have the same mean and "
        "variance: FD = 0, although the laws differ, so zero does not mean that they are equal.",
        r"$\mathbb E\|x-y\|^2 = \|m_a-m_b\|^2 + \mathrm{tr}\,A + \mathrm{tr}\,B - 2\,\mathrm{tr}\,C$ "
        r"depends on the plan through $C$ alone. $\begin{pmatrix}A & C\\ C^\top & B\end{pmatrix} \succeq "
        r"0$ for every plan. If both laws are Gaussian, every $C$ with this property occurs, namely for "
        r"the joint Gaussian. So FD is a minimum over a larger set, and cannot be larger than $W_2^2$. "
        r"It is not an upper bound. Uniform on $[-\sqrt 3, \sqrt 3]$ and a standard normal agree in both "
        r"moments, so FD is 0.",
        "Expand the square for one plan: the cross term E<x, y> is all that the plan decides; the means "
        "and covariances are given. Only the cross-covariance matters. It must make the joint "
        "covariance positive semi-definite. Gaussians can attain all of these, by jointly Gaussian "
        "pairs, so they have the smallest cost among all pairs of laws with these moments: FD <= W2^2. "
        "FD = 0 does not imply the same law: a two-point law and a Gaussian with equal mean and "
        "variance.",
        "For any joint law of x and y the mean of |x-y|^2 is a function of the means, the covariances "
        "and Cov(x, y), nothing else. The full covariance of the pair (x, y) has no negative eigenvalue "
        "(it is positive semidefinite). Conversely for each positive semidefinite completion there is a "
        "Gaussian pair with it. So the infimum for Gaussians runs over at least as many C, and is at "
        "most the infimum for the true laws, which need not be Gaussian. Example: +1/-1 with "
        "probability 1/2 each against N(0,1) gives 0 although W2 > 0.",
    ],
    "10.4": [
        "The gap is linear in each weight, so at the maximum every w_i = c * sgn(delta_i). |w| = c*sqrt(d), "
        "gap = c*||delta||_1. Ratio ||delta||_1/sqrt(d) <= ||delta||: expand the square of the sum and use "
        "2ab <= a^2+b^2. Conversely ||delta||_1 >= ||delta||_2, so the ratio is at least ||delta||/sqrt(d); "
        "best when all |delta_i| are the same size, worst when delta points along one axis. S3's sup is the "
        "sup over the box rescaled, a smaller class than all 1-Lipschitz functions.",
        "Each term w_i d_i is at most c |d_i|, reached for w_i = c sgn(d_i). The sum is c times the 1-norm "
        "of d. That w is not parallel to d in general. Its length is c sqrt(d). Dividing gives ||d||_1 / "
        "sqrt(d), and Cauchy-Schwarz with the ones vector bounds it by ||d||_2. Since (sum |d_i|)^2 >= sum "
        "d_i^2 it is at least ||d||/sqrt(d). Nothing is lost on a diagonal, most on an axis. So f/K attains "
        "the best of the clipped class, not W1.",
        r"The box is a product of intervals, so maximize coordinatewise: $w_i = \pm c$, a corner. $K = c "
        r"\sqrt{d}$. By Jensen $\frac1d \sum |\delta_i| \le \sqrt{\frac1d \sum \delta_i^2}$. From below "
        r"$\|\delta\|_1 \ge \|\delta\|_2$. Equality above if all coordinates have the same size, below if "
        r"only one is not zero. S3 does not get the supremum over all 1-Lipschitz functions: only among the "
        r"clipped ones. The small c is not the reason; it cancels.",
        "Choose w_i = c where delta_i is positive and -c where it is negative. The slope is c times the root "
        "of d. gap/K is the 1-norm over the root of d; by the inequality of Cauchy it is no more than the "
        "length. It is at least 1/sqrt(d) of the length because the 1-norm exceeds the 2-norm. Equal "
        "coordinates: no loss. A single coordinate: the largest loss. What is attained is the maximum over a "
        "smaller set; f/K need not reach W1.",
    ],
    "10.6": [
        "Clipped critics become very simple: most weights end at c or -c. In deep ones the gradient vanishes "
        "or explodes exponentially, depending on c and width. A gradient penalty adds (|grad f| - 1)^2 at "
        "random points between real and fake, a soft constraint that does not guarantee a Lipschitz "
        "constant. S0's sentence is too strong: the authors only saw no collapse in their experiments, and a "
        "WGAN with few critic steps may cycle on the Dirac example. My table depends on its data and budget.",
        "Weight clipping underuses the capacity of the network and makes gradients explode or vanish with "
        "depth. The penalty acts on the norm of the gradient in the input at interpolates; it does not make "
        "f 1-Lipschitz, slopes can exceed 1. It is not true that a WGAN avoids mode collapse in every case: "
        "nobody proved it. The paper reports an observation. With finitely many steps it need not converge.",
        r"$|w_i| \le c$ leaves coarse critics, with weights piled up at the boundary; signals shrink or grow "
        r"geometrically per layer, and no single c is good for all depths. GP: $\lambda E(\|\nabla_x f\| - "
        r"1)^2$ on mixtures of real and generated points, a price and no guarantee. The claim on collapse is "
        r"an empirical statement of the paper, not a theorem. On two points the players circle; and one "
        r"experiment with these settings proves nothing in general.",
    ],
    "12.3": [
        "By duality: take a 1-Lipschitz potential f_y for each label, shifted so that its least value is 0."
        " Their values lie between 0 and D, so |f_y(x) - f_y'(x')| <= D <= M, and together they form one "
        "feasible function of pairs. As the shares agree, the constants added to each label change nothing."
        " So the sup is the sum over labels of p(y) W1. If the shares differ, the constants matter, and it "
        "fails.",
        "Since each label has equal mass on both sides, any earth that goes out of a label has to"
        " be balanced by the same amount coming in. So the flow between labels decomposes into "
        "closed cycles. Take a cycle with r crossings and a small epsilon of mass on each; "
        "redirect every piece to the target in its own label that the previous piece used. The "
        "marginals do not change. The cost of the cycle was at least r M epsilon and becomes at "
        "most r D epsilon, which is no larger since M >= D. Repeat. Then the plan splits into one"
        " plan per label, so the minimal cost is the sum over y of p(y) W1 given y. If the shares"
        " were different, some mass would have to cross, so the first step needs them.",
        r"Let $\gamma$ be optimal with minimal crossing mass. If it crosses from $a$, then because"
        " shares agree as much must return to $a$, so there is a cycle of labels. Exchange the "
        "targets along the cycle so that each piece stays within its label: marginals stay. We "
        r"save at least $rM$ and pay at most $rD \le rM$. Hence no crossing is needed, and the "
        "problem separates into problems for each label, whose weighted sum is the average of the"
        " W1. Without equal shares mass must cross and no swap is possible.",
        "A single crossing cannot be undone alone, but crossings come in loops, because what a "
        "label loses it must get back (equal shares). Swap the goals in a loop: before it paid M "
        "for each of r pieces, so at least rM, after it pays at most rD, not more. Marginals are "
        "kept. With no crossings the plan is a plan for each label and the cheapest costs the "
        "shares times the W1s. M does not have to be infinite, only at least D. If shares "
        "disagree, earth must cross.",
    ],
    "12.6": [
        "Conditional generation: during training the labels are fed to critic and generator. We ask by "
        "choosing a label. Controllable: nothing is retrained, the networks are fixed; the latent vector "
        "moves uphill on a score. The critic does not predict the class, it measures the label-weighted "
        "average Wasserstein distance between conditionals. Side effects are changes in features other than"
        " the target, in units of their standard deviation. High confidence alone does not prove a good "
        "picture. Steering pixels directly leaves the manifold and only tricks the classifier.",
        "Conditional generation: the networks are trained with labels. Both the generator and the"
        " critic get the label as additional input, and one asks for a seven by feeding the label"
        " 7 together with noise. The critic then bounds the average of the Wasserstein distances "
        "within each label, not W1 of the pictures alone. Controllable generation leaves the "
        "trained networks fixed and moves the latent noise along the gradient of a classifier or "
        "of an attribute. Other attributes change along, these side effects (entanglement) are "
        "measured by computing all attributes before and after, relative to their standard "
        "deviation; they are not only the generator's fault, real data have the same "
        "correlations. In pixel space one gets adversarial examples that fool classifiers and are"
        " no sevens.",
        "In a conditional GAN labels are needed in training, in the generator and in the critic; "
        "to ask, choose a class and sample noise. The critic does not classify; it judges a "
        "picture given its label, and its supremum is the mean over labels of W1 for each class. "
        "Controllable: after training, without labels, we follow the slope of a score in z; "
        "weights do not change. Side effects: pushing one attribute drags other features, e.g. "
        "width when thickness is pushed; measure the change of each. Following the classifier in "
        "pixels leaves the digits: both classifiers are fooled although it does not look like a "
        "seven.",
        "Conditional means that class labels go into both networks while training; you request a "
        "digit by handing the one-hot label with z. Controllable means that the generator is "
        "finished, nothing is retrained, and z climbs the gradient of log P(7). High confidence "
        "alone proves nothing. With labels far apart no earth crosses, so the distance is the "
        "weighted average of W1 within labels. When thickness is pushed other attributes follow: "
        "entangled. Compute them before and after. In the pixels a classifier is tricked by "
        "specks; through the generator the walk stays near digits.",
    ],
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in TEXTS.items() for text in texts])
def test_a_right_text_in_other_words_passes_the_first_look(key, text):
    outcome = ex(key).check(text)
    assert outcome.passed, outcome.message
