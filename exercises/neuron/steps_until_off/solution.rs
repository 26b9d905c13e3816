use descent::backpropagation::Neuron;

/// How many steps it takes until the neuron is off for both samples.
pub fn steps_until_off(neuron: Neuron, step_size: f64, longest: usize) -> usize {
    let samples = [3.0, -3.0];
    let mut neuron = neuron;
    for step in 0..longest {
        if samples.iter().all(|&x| neuron.forward(x) == 0.0) {
            return step;
        }
        let (weight, bias) = neuron.gradient(samples[step % 2], 0.0);
        neuron.w -= step_size * weight;
        neuron.b -= step_size * bias;
    }
    longest
}
