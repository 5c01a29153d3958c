/** The one table of keys: what `?` shows, what settings change, what screens bind. */

export interface KeyAction {
  readonly id: string;
  /** What it does, as a sentence's start. */
  readonly title: string;
  readonly group: 'Everywhere' | 'Frames' | 'Decide' | 'Viewer' | 'Night graph' | 'Records';
  /** As in `Ctrl+Shift+Z`, `ArrowLeft`, `A`; the first is shown first. */
  readonly keys: readonly string[];
}

const keyTable = [
  { id: 'help', title: 'Show this table', group: 'Everywhere', keys: ['?'] },
  { id: 'go.sessions', title: 'Go to sessions', group: 'Everywhere', keys: ['Alt+1'] },
  { id: 'go.frames', title: 'Go to frames', group: 'Everywhere', keys: ['Alt+2', 'G'] },
  { id: 'go.review', title: 'Go to the review queue', group: 'Everywhere', keys: ['Alt+3', 'R'] },
  { id: 'go.view', title: 'Go to the viewer', group: 'Everywhere', keys: ['Alt+4', 'Enter'] },
  { id: 'go.night', title: 'Go to the night graph', group: 'Everywhere', keys: ['Alt+5', 'N'] },
  { id: 'go.results', title: 'Go to results', group: 'Everywhere', keys: ['Alt+6'] },
  { id: 'go.datasets', title: 'Go to data sets', group: 'Everywhere', keys: ['Alt+7'] },
  { id: 'go.training', title: 'Go to training', group: 'Everywhere', keys: ['Alt+8'] },
  { id: 'go.runs', title: 'Go to runs', group: 'Everywhere', keys: ['Alt+9'] },
  { id: 'go.models', title: 'Go to models', group: 'Everywhere', keys: ['Alt+0'] },
  { id: 'go.settings', title: 'Go to settings', group: 'Everywhere', keys: ['Ctrl+,'] },
  {
    id: 'theme',
    title: 'Switch between dark and night-vision red',
    group: 'Everywhere',
    keys: ['Ctrl+Shift+L'],
  },
  { id: 'undo', title: 'Undo the last decision', group: 'Decide', keys: ['Ctrl+Z'] },
  { id: 'redo', title: 'Redo', group: 'Decide', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] },
  { id: 'decide.clean', title: 'Clean: keep the frame', group: 'Decide', keys: ['A', 'P'] },
  { id: 'decide.contaminated', title: 'Contaminated: reject the frame', group: 'Decide', keys: ['X'] },
  { id: 'decide.review', title: 'Undecided: leave it for review', group: 'Decide', keys: ['U'] },
  {
    id: 'decide.withdraw',
    title: 'Withdraw my word: let the judges decide',
    group: 'Decide',
    keys: ['Backspace'],
  },
  { id: 'suggestion', title: "Show or hide the model's suggestion", group: 'Decide', keys: ['M'] },
  { id: 'next', title: 'Next frame', group: 'Frames', keys: ['ArrowRight', 'J'] },
  { id: 'previous', title: 'Previous frame', group: 'Frames', keys: ['ArrowLeft', 'K'] },
  { id: 'down', title: 'One row down', group: 'Frames', keys: ['ArrowDown'] },
  { id: 'up', title: 'One row up', group: 'Frames', keys: ['ArrowUp'] },
  { id: 'first', title: 'First frame', group: 'Frames', keys: ['Home'] },
  { id: 'last', title: 'Last frame', group: 'Frames', keys: ['End'] },
  { id: 'select', title: 'Select or deselect the frame', group: 'Frames', keys: ['V'] },
  { id: 'select.all', title: 'Select all shown', group: 'Frames', keys: ['Ctrl+A'] },
  { id: 'select.none', title: 'Clear the selection', group: 'Frames', keys: ['Escape'] },
  { id: 'table', title: 'Grid or table', group: 'Frames', keys: ['Y'] },
  { id: 'expression', title: 'Write an expression', group: 'Frames', keys: ['/'] },
  { id: 'play', title: 'Blink: play or pause', group: 'Viewer', keys: ['Space'] },
  { id: 'reverse', title: 'Blink in the other direction', group: 'Viewer', keys: ['Shift+Space'] },
  { id: 'pair', title: 'Blink this frame with the marked one', group: 'Viewer', keys: ['B'] },
  { id: 'mark', title: 'Mark this frame for comparing', group: 'Viewer', keys: ['Shift+B'] },
  { id: 'compare', title: 'Side by side with the marked frame', group: 'Viewer', keys: ['C'] },
  { id: 'zoom.one', title: 'Full size or whole frame', group: 'Viewer', keys: ['Z'] },
  { id: 'zoom.in', title: 'Zoom in', group: 'Viewer', keys: ['+', '='] },
  { id: 'zoom.out', title: 'Zoom out', group: 'Viewer', keys: ['-'] },
  { id: 'stretch', title: 'Next stretch', group: 'Viewer', keys: ['T'] },
  { id: 'stretch.boost', title: 'Boost the automatic stretch', group: 'Viewer', keys: ['Shift+T'] },
  { id: 'stretch.lock', title: 'Lock the stretch across frames', group: 'Viewer', keys: ['L'] },
  { id: 'overlay.stars', title: 'Show stars', group: 'Viewer', keys: ['S'] },
  { id: 'overlay.findings', title: 'Show findings and trails', group: 'Viewer', keys: ['F'] },
  { id: 'overlay.cells', title: 'Show sky cells', group: 'Viewer', keys: ['D'] },
  { id: 'header', title: 'Show the header', group: 'Viewer', keys: ['H'] },
  {
    id: 'night.apply',
    title: 'Reject the frames beyond the thresholds',
    group: 'Night graph',
    keys: ['Shift+X'],
  },
  { id: 'night.reset', title: 'Take the thresholds away', group: 'Night graph', keys: ['Shift+R'] },
  { id: 'go.records', title: 'Go to tables and records', group: 'Everywhere', keys: ['Alt+R'] },
  { id: 'label.accept', title: "Take the model's suggestion", group: 'Records', keys: ['E'] },
  { id: 'label.1', title: 'Label it with class 1', group: 'Records', keys: ['1'] },
  { id: 'label.2', title: 'Label it with class 2', group: 'Records', keys: ['2'] },
  { id: 'label.3', title: 'Label it with class 3', group: 'Records', keys: ['3'] },
  { id: 'label.4', title: 'Label it with class 4', group: 'Records', keys: ['4'] },
  { id: 'label.5', title: 'Label it with class 5', group: 'Records', keys: ['5'] },
  { id: 'label.6', title: 'Label it with class 6', group: 'Records', keys: ['6'] },
  { id: 'label.7', title: 'Label it with class 7', group: 'Records', keys: ['7'] },
  { id: 'label.8', title: 'Label it with class 8', group: 'Records', keys: ['8'] },
  { id: 'label.9', title: 'Label it with class 9', group: 'Records', keys: ['9'] },
] as const satisfies readonly KeyAction[];

export type ActionId = (typeof keyTable)[number]['id'];

export const keyActions: readonly KeyAction[] = keyTable;
