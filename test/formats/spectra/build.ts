/** Small files of every spectrum format, written from the formats' descriptions for these tests. */
import { zlibSync } from 'fflate';

export const counts = [0, 0, 3, 7, 12, 40, 9, 0, 0, 0, 2, 1, 0, 0, 5, 1];
export const sum = counts.reduce((total, value) => total + value, 0);

const text = (content: string) => new TextEncoder().encode(content);

export function spe(calibration = '0.5 3.0 0.001 keV'): Uint8Array {
  return text(
    `$SPEC_ID:\r\ntrial\r\n$DATE_MEA:\r\n07/11/2018 01:02:03\r\n$MEAS_TIM:\r\n300 310\r\n$DATA:\r\n0 ${counts.length - 1}\r\n${counts
      .map((value) => `  ${value}`)
      .join('\r\n')}\r\n$ENER_FIT:\r\n0.5 3.0\r\n$MCA_CAL:\r\n3\r\n${calibration}\r\n`,
  );
}

export function iec(): Uint8Array {
  const channels = [...counts, 0, 0, 0, 0];
  const line = (content: string) => `A004${content.padEnd(64)}`;
  const head = [
    line('trial'),
    line(`${'300.00'.padStart(11)}${'310.00'.padStart(11)}${String(channels.length).padStart(6)}`),
    line('09/12/21 10:54:31 08/25/21 11:34:36'),
    line('-1.55000000E-02 8.00000000E-01 1.00000000E-06 0.00000000E+00'),
  ];
  const rows = Array.from({ length: channels.length / 5 }, (_, row) =>
    line(
      String(row * 5).padStart(6) +
        channels
          .slice(row * 5, row * 5 + 5)
          .map((value) => String(value).padStart(10))
          .join(''),
    ),
  );
  return text([...head, ...Array.from({ length: 54 }, () => line('')), ...rows].join('\r\n'));
}

export function n42(): Uint8Array {
  return text(`<?xml version="1.0"?><N42InstrumentData><Measurement><Spectrum Detector="A1">
<RealTime>PT1M10.5S</RealTime><LiveTime>PT1M5S</LiveTime><StartTime>2010-04-17T17:33:19Z</StartTime>
<Calibration Type="FWHM"><Equation><Coefficients>9 9</Coefficients></Equation></Calibration>
<Calibration Type="Energy"><Equation Model="Polynomial"><Coefficients>0.5 3.0 0.001</Coefficients></Equation></Calibration>
<ChannelData Compression="CountedZeroes">0 2 3 7 12 40 9 0 3 2 1 0 2 5 1</ChannelData></Spectrum></Measurement></N42InstrumentData>`);
}

export function n42of2012(): Uint8Array {
  return text(`<?xml version="1.0"?><RadInstrumentData xmlns="http://physics.nist.gov/N42/2011/N42">
<EnergyCalibration id="e1"><CoefficientValues>0.5 3.0 0.001</CoefficientValues></EnergyCalibration>
<RadMeasurement id="m1"><MeasurementClassCode>Background</MeasurementClassCode><StartDateTime>2015-01-02T03:04:05Z</StartDateTime>
<RealTimeDuration>PT70.5S</RealTimeDuration><Spectrum id="s1" energyCalibrationReference="e1"><LiveTimeDuration>PT65S</LiveTimeDuration>
<ChannelData>${counts.join(' ')}</ChannelData></Spectrum></RadMeasurement></RadInstrumentData>`);
}

export function radiacode(): Uint8Array {
  const points = counts.map((value) => `<DataPoint>${value}</DataPoint>`).join('');
  const body = `<NumberOfChannels>${counts.length}</NumberOfChannels><SpectrumName>trial</SpectrumName><EnergyCalibration>
<Coefficients><Coefficient>0.5</Coefficient><Coefficient>3.0</Coefficient></Coefficients></EnergyCalibration>
<MeasurementTime>65</MeasurementTime><Spectrum>${points}</Spectrum>`;
  return text(`<?xml version="1.0"?><ResultDataFile><ResultDataList><ResultData><StartTime>2024-01-21T21:07:16</StartTime>
<EnergySpectrum>${body}</EnergySpectrum><BackgroundEnergySpectrum>${body}</BackgroundEnergySpectrum></ResultData></ResultDataList></ResultDataFile>`);
}

export function twoColumns(): Uint8Array {
  return text(counts.map((value, channel) => `${channel}\t${value}`).join('\n'));
}

export function pcf(): Uint8Array {
  const bytes = new Uint8Array(256 + 2 * 512);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 2, true);
  bytes.set(text('DHS'), 2);
  for (const [record, title] of ['source', 'Background'].entries()) {
    const at = 256 + record * 512;
    bytes.fill(0x20, at, at + 180);
    bytes.set(text(title), at);
    bytes.set(text('26-Dec-2013 21:15:00.00'), at + 180);
    view.setFloat32(at + 204, 65, true);
    view.setFloat32(at + 208, 70.5, true);
    view.setFloat32(at + 224, 0.5, true);
    view.setFloat32(at + 228, 48, true);
    view.setInt32(at + 252, counts.length, true);
    counts.forEach((value, channel) => {
      view.setFloat32(at + 256 + 4 * channel, value / 2, true);
    });
  }
  return bytes;
}

export function spc(): Uint8Array {
  const bytes = new Uint8Array(128 * 5);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, 1, true);
  view.setInt16(2, 1, true);
  view.setInt16(8, 3, true);
  view.setInt16(34, 2, true);
  view.setInt16(60, 4, true);
  view.setInt16(64, counts.length, true);
  view.setFloat32(90, 70.5, true);
  view.setFloat32(94, 65, true);
  [0.5, 3, 0.001].forEach((term, place) => {
    view.setFloat32(128 + 20 + 4 * place, term, true);
  });
  bytes.set(text('17-SEP-121  13:41:07'), 2 * 128 + 16);
  counts.forEach((value, channel) => {
    view.setInt32(3 * 128 + 4 * channel, value, true);
  });
  return bytes;
}

export function cnf(): Uint8Array {
  const bytes = new Uint8Array(2048 + 512 + 4 * counts.length);
  const view = new DataView(bytes.buffer);
  [
    [0x00012000, 512],
    [0x00012005, 2048],
  ].forEach(([id = 0, offset = 0], entry) => {
    view.setUint32(112 + 48 * entry, id, true);
    view.setUint32(112 + 48 * entry + 10, offset, true);
  });
  view.setUint16(512 + 34, 400, true);
  view.setUint16(512 + 36, 200, true);
  const times = 512 + 48 + 200 + 1;
  const start = BigInt(Date.UTC(2014, 0, 12, 15, 12, 28) + 3_506_716_800_000) * 10_000n;
  view.setBigUint64(times, start, true);
  view.setBigInt64(times + 8, -705_000_000n, true);
  view.setBigInt64(times + 16, -650_000_000n, true);
  [0.5, 3, 0.001].forEach((term, place) => {
    const plain = new DataView(new ArrayBuffer(4));
    plain.setFloat32(0, term * 4, true);
    const at = 512 + 48 + 400 + 68 + 4 * place;
    view.setUint16(at, plain.getUint16(2, true), true);
    view.setUint16(at + 2, plain.getUint16(0, true), true);
  });
  counts.forEach((value, channel) => {
    view.setUint32(2048 + 512 + 4 * channel, value, true);
  });
  return bytes;
}

export function raddata(): Uint8Array {
  // runs of zeros as 0 and their length; every number fits one byte, so that all keys are 0
  const runs = [0, 2, 3, 7, 12, 40, 9, 0, 3, 2, 1, 0, 2, 5, 1];
  const head = text('I:F T:70.5,65 C:0.5,3,0.001 M:trial P:20131226T211500 O:Cs137 S:');
  const body = [runs.length, 0, ...new Array<number>(Math.ceil(runs.length / 4)).fill(0), ...runs];
  const packed = Buffer.from(zlibSync(Uint8Array.from([...head, ...body]))).toString('base64url');
  return text(`RADDATA://G0/1000/${packed}\n`);
}
