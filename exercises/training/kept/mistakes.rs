use super::Kept;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Kept>] = &[
    Mistake {
        function: |start, end| {
            let cosine = start.dot(end) / (start.norm() * end.norm());
            (cosine, cosine * cosine)
        },
        told: "This is the cosine of the angle between start and end. It never exceeds 1, \
               but an end can contain its start twice.",
    },
    Mistake {
        function: |start, end| {
            let along = start.dot(end) / start.norm();
            (along, along * along / end.norm_squared())
        },
        told: "This is the length of the part along the start. How many times the start \
               is that?",
    },
    Mistake {
        function: |start, end| {
            let c = start.dot(end) / end.norm_squared();
            (c, (c * end).norm_squared() / start.norm_squared())
        },
        told: "Here start and end have changed places: this is the part of the start \
               along the end.",
    },
    Mistake {
        function: |start, end| {
            let c = start.dot(end) / start.norm_squared();
            (c, (c * start).norm() / end.norm())
        },
        told: "This second number is a ratio of lengths. By Pythagoras it is the squares \
               that add up, and only of them can one have a share.",
    },
    Mistake {
        function: |start, end| {
            let c = start.dot(end) / start.norm_squared();
            (c, start.norm_squared() / end.norm_squared())
        },
        told: "This second number takes the whole start to be in the end. Only c times \
               the start is.",
    },
];
