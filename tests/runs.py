"""What tests ask of a run of training."""

import json


def bits(state):
    """All that a run is: weights, both optimizers' memories and counters; how long it took aside."""
    parts = []
    for network in (state.generator, state.critic, state.average):
        parts += [weight.numpy().tobytes() for weight in network.state_dict().values()]
    for optimizer in (state.generator_optimizer, state.critic_optimizer):
        memory = optimizer.state_dict()
        parts += [json.dumps(memory["param_groups"])]
        parts += [value.numpy().tobytes() for one in memory["state"].values() for value in one.values()]
    return [*parts, state.critic_steps, state.generator_steps, state.turn, state.attempt]
