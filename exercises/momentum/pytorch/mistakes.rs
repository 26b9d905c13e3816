use super::Convert;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Convert>] = &[
    Mistake {
        function: |step_size, beta| (step_size, beta, 0.0),
        told: "Here everything is handed over as it is. But PyTorch's momentum is \
               what the old buffer keeps, while the notes' β is what the new gradient \
               gets; and PyTorch adds the new gradient to its buffer in full.",
    },
    Mistake {
        function: |step_size, beta| (step_size * beta, beta, 0.0),
        told: "The first step is right, and from then on the memory is another one. \
               The notes put β on the new gradient; momentum is the factor of the old \
               buffer.",
    },
    Mistake {
        function: |step_size, beta| (step_size * (1.0 - beta), beta, 0.0),
        told: "Here the notes' β is taken for the lecture's. The notes put β on the new \
               gradient and 1 − β on the old average.",
    },
    Mistake {
        function: |step_size, beta| (step_size, 1.0 - beta, 0.0),
        told: "These steps are too long by the factor 1/β: PyTorch adds the new gradient \
               to its buffer in full. What does lr have to be then?",
    },
    Mistake {
        function: |step_size, beta| (step_size, 1.0 - beta, 1.0 - beta),
        told: "With dampening the update reads like that of the notes, but PyTorch does \
               not dampen the first gradient, and this first step is 1/β times too long.",
    },
    Mistake {
        function: |step_size, beta| (step_size * beta, 1.0 - beta, 1.0 - beta),
        told: "The factor β is there twice from the second step on: in lr and in \
               1 − dampening.",
    },
];
