/** Text that the front doors write, quoted as the workflows quote it. */
export { quotedCell } from '../formats/csv/quoted-cell.ts';
