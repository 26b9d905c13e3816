//! Digits in a terminal.

/// A digit of 28 rows of 28 pixels from 0 to 1, and lines to go below it.
pub struct Drawing {
    pub image: Vec<f64>,
    pub below: Vec<String>,
}

const SIDE: usize = 28;
/// From black to white. A character is twice as high as wide, so that it shows two pixels.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// The lines of drawings beside each other.
pub fn beside(drawings: &[Drawing]) -> Vec<String> {
    let columns: Vec<Vec<String>> = drawings.iter().map(Drawing::lines).collect();
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let line = |row: usize| {
        let parts = columns.iter().map(|column| {
            let part = column.get(row).map_or("", String::as_str);
            format!("  {part:<36}")
        });
        parts.collect::<String>().trim_end().to_owned()
    };
    (0..longest).map(line).collect()
}

impl Drawing {
    fn lines(&self) -> Vec<String> {
        let rows = (0..SIDE).step_by(2);
        let shade = |row: usize, column: usize| {
            let [above, below] =
                [row, row + 1].map(|row| self.image[SIDE * row + column]);
            let level = (above + below) / 2.0 * (SHADES.len() - 1) as f64;
            SHADES[level.round() as usize]
        };
        let row = |row: usize| (0..SIDE).map(|column| shade(row, column)).collect();
        rows.map(row).chain(self.below.iter().cloned()).collect()
    }
}
