/** Spectra that RadiaCode's program saves as XML (BecqMoni's ResultDataFile): foreground and background in one file. */
import { XMLParser } from 'fast-xml-parser';
import { refusal } from '../refusal.ts';
import { checked, countsFrom, type Spectrum, type SpectrumFile, spectrum, textOf } from './spectrum.ts';
import { childrenOf, findAll, firstText, refuseUnsafe, textWithin, type XmlNode } from './xml-tree.ts';

export function looksLikeRadiacode(text: string): boolean {
  return /<ResultDataFile[\s>]/.test(text.slice(0, 8192));
}

/** @throws NightsiftError `damagedData`, `badHeader`, `tooLarge` */
export function readRadiacode(file: SpectrumFile): Spectrum[] {
  const text = textOf(file);
  refuseUnsafe(text, file);
  let tree: XmlNode[];
  try {
    tree = new XMLParser({ preserveOrder: true, parseTagValue: false, processEntities: false }).parse(
      text,
    ) as XmlNode[];
  } catch (thrown) {
    throw refusal(
      'badHeader',
      file,
      `it is no XML that can be read (${(thrown as Error).message})`,
      'Save it again.',
    );
  }
  const spectra = findAll(tree, 'ResultData').flatMap((result) => {
    const start = firstText(result, 'StartTime');
    const detector = firstText(result, 'SerialNumber');
    return [
      ...findAll(childrenOf(result), 'EnergySpectrum').map((node) =>
        read(node, file, { start, detector, isBackground: false }),
      ),
      ...findAll(childrenOf(result), 'BackgroundEnergySpectrum').map((node) =>
        read(node, file, { start: null, detector, isBackground: true }),
      ),
    ];
  });
  if (spectra.length > 0) return spectra;
  throw refusal('damagedData', file, 'it holds no EnergySpectrum', 'Save it again from the program.');
}

function read(
  node: XmlNode,
  file: SpectrumFile,
  known: Pick<Spectrum, 'start' | 'detector' | 'isBackground'>,
): Spectrum {
  const points = findAll(childrenOf(node), 'DataPoint').map(textWithin);
  const declared = Number(firstText(node, 'NumberOfChannels') ?? points.length);
  if (points.length !== declared) {
    throw refusal(
      'damagedData',
      file,
      `${points.length} points are there of the ${declared} channels it declares`,
      'Save it again from the program.',
    );
  }
  const coefficients = findAll(childrenOf(node), 'Coefficient').map((each) => Number(textWithin(each)));
  const liveSeconds = Number(firstText(node, 'MeasurementTime') ?? Number.NaN);
  return checked(
    spectrum({
      ...known,
      title: firstText(node, 'SpectrumName') ?? '',
      counts: countsFrom(points, file, 'RadiaCode'),
      calibration: coefficients,
      liveSeconds: Number.isFinite(liveSeconds) ? liveSeconds : null,
      realSeconds: Number.isFinite(liveSeconds) ? liveSeconds : null,
    }),
    file,
  );
}
