/** One small source of each family. Reading it must give items of at least two labels. */

interface FamilyExample {
  readonly file: string;
  readonly items: number;
  bytes(): Uint8Array;
}

const text = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`);

const columnsHeader =
  'Record_id,Attribute_name,y_act,total_vals,num_nans,%_nans,num_of_dist_val,%_dist_val,mean,std_dev,min_val,max_val,sample_1,sample_2,sample_3,sample_4,sample_5';

export const familyExamples: Readonly<Record<string, FamilyExample>> = {
  telemetry: {
    file: 'segments.csv',
    items: 4,
    bytes: () =>
      text([
        'segment,anomaly,channel,sampling,duration,len,mean,var,std,n_peaks',
        '11,0,CH1,1,100,101,1e-6,4e-12,2e-6,3',
        '12,1,CH1,1,90,91,2e-6,9e-10,3e-5,12',
        '13,0,CH2,5,500,101,0.4,0.01,0.1,2',
        '14,1,CH2,5,495,100,0.9,0.16,0.4,1',
      ]),
  },
  columns: {
    file: 'described.csv',
    items: 4,
    bytes: () =>
      text([
        columnsHeader,
        '1,price,numeric,100,0,0,90,90,12.5,3,1,40,12.1,3.4,5,8.25,9',
        '1,notes,sentence,100,2,2,98,98,0,0,0,0,"a long note, with a comma and more","another long note about this and that",c d e f g h i j k,,x',
        '2,isOpen,categorical,50,0,0,2,4,0,0,0,0,yes,no,yes,yes,no',
        '2,made,datetime,50,0,0,50,100,0,0,0,0,2020-01-02,2020-01-03,2020-01-04,2020-01-05,2020-01-06',
      ]),
  },
  spectra: {
    file: 'spectra.csv',
    items: 3,
    bytes: () =>
      text([
        'id,label,detector,live_s,cal0,cal1,channels,counts',
        `a,Cs137,NaI,300,0,48,64,${Array.from({ length: 64 }, (_, channel) => (channel === 13 ? 400 : 64 - channel)).join(' ')}`,
        `b,Co60,NaI,300,0,48,64,${Array.from({ length: 64 }, (_, channel) => (channel === 24 ? 300 : 64 - channel)).join(' ')}`,
        `c,background,NaI,300,0,48,64,${Array.from({ length: 64 }, (_, channel) => 64 - channel).join(' ')}`,
      ]),
  },
};
