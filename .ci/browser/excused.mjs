// What is mdBook's own and cannot be mended from the book. An entry that no page needs any more is a fault.

export const excused = [];
