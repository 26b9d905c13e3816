use super::Best;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Best>] = &[
    Mistake {
        function: |smallest, largest| {
            (1.0 / (smallest * largest).sqrt(), rate(smallest, largest).powi(2))
        },
        told: "These are the lecture's α and β. PyTorch's buffer takes the new gradient in \
               full, so with this lr every step is 1/(1 − β) times too long.",
    },
    Mistake {
        function: |smallest, largest| {
            let beta = rate(smallest, largest);
            ((1.0 - beta) / (smallest * largest).sqrt(), beta)
        },
        told: "Here β is the best rate itself. The rate is the size of the roots, and β is \
               their product.",
    },
    Mistake {
        function: |smallest, largest| {
            let beta = rate(smallest, largest).powi(2);
            ((1.0 - beta) * 2.0 / (smallest + largest), beta)
        },
        told: "This step size is that of gradient descent, one over the arithmetic mean of \
               the eigenvalues. Momentum's is one over the geometric mean.",
    },
    Mistake {
        function: |smallest, largest| {
            let kappa = largest / smallest;
            let beta = ((kappa - 1.0) / (kappa + 1.0)).powi(2);
            ((1.0 - beta) / (smallest * largest).sqrt(), beta)
        },
        told: "This rate is that of gradient descent. In momentum's the root of κ stands in \
               the place of κ.",
    },
    Mistake {
        function: |smallest, largest| {
            let beta = rate(smallest, largest).powi(2);
            (1.0 / (1.0 - beta) / (smallest * largest).sqrt(), beta)
        },
        told: "This divides by 1 − β, which is the way from the heavy ball to the lecture's \
               form. The task asks for the way back.",
    },
    Mistake {
        function: |smallest, largest| {
            let beta = rate(smallest, largest).powi(2);
            (beta, (1.0 - beta) / (smallest * largest).sqrt())
        },
        told: "The two numbers are right and change places: lr comes first.",
    },
    Mistake {
        function: |smallest, largest| {
            let beta = rate(smallest, largest).powi(2);
            ((1.0 - beta) / (smallest * largest), beta)
        },
        told: "One over the product of the eigenvalues has the unit of λ⁻². The geometric \
               mean is the root of the product.",
    },
];

fn rate(smallest: f64, largest: f64) -> f64 {
    let root = (largest / smallest).sqrt();
    (root - 1.0) / (root + 1.0)
}
