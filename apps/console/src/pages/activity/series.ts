/** The numbers counted per day. The colors are distinct on both backgrounds, and the dashes distinguish the lines without color. */
export const series = [
  { field: 'signIns', label: 'Sign-ins', color: 'light-dark(#0b6b63, #4cb5a7)', dashes: undefined },
  { field: 'signUps', label: 'Sign-ups', color: 'light-dark(#1c5fb0, #74b0ff)', dashes: '6 3' },
  { field: 'refused', label: 'Refused', color: 'light-dark(#b42318, #ff9d96)', dashes: '2 3' }
] as const
