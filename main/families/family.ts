/**
 * A kind of data as the house sees it: how the bytes of a source become items with labels, facts and tensors, and what
 * to train on them by default. Everything else (sessions, labels, data sets, runs, models, screens, commands) is the
 * house's and the same for every family. A family is pure: bytes in, arrays out, no file system, clock or randomness
 * but the seed it is handed.
 */
import type { Table } from '../formats/tables/table.ts';

/** A named stream of bytes, whole: a file, an object of a bucket, an answer of a server. */
export interface SourceBytes {
  /** As it is named in reports. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Where the bytes are an array format (NPY, NPZ, HDF5, Parquet): the table in it. */
  readonly table?: Table | undefined;
}

/** What a person said about reading: `--label COLUMN`, and `--set read.name=value` for the family's own. */
export interface ReadOptions {
  /** The column that holds labels; the first of the family's `labelColumns` that is there when left out. */
  readonly label?: string | undefined;
  readonly settings?: Readonly<Record<string, Setting>> | undefined;
}
export type Setting = string | number | boolean;

/** One thing wrong with a source, where it is: the rest was read all the same. */
export interface Problem {
  /** Counted from 1 as an editor counts records, header included; null when it concerns no single row. */
  readonly row: number | null;
  readonly column: string | null;
  /** A word for programs, `raggedRow` for one; each family documents its own. */
  readonly code: string;
  /** What was found, what was expected, what was done about it. */
  readonly sentence: string;
  /** Rows that it stands for; one where left out. */
  readonly count?: number | undefined;
  /** Which, where they are more than one; the first 10,000. */
  readonly rows?: readonly number[] | undefined;
}

/** Code of the problem that a source lacks the column its labels were to be found in. */
export const noLabelColumn = 'noLabelColumn';

export type Fact = string | number | boolean | null;

export interface FamilyItem {
  /** Unique within its source: the id column, else the row's number or the column's name. */
  readonly id: string;
  /** Items of a group are never spread over splits: the table a column comes from, the log of a window. */
  readonly group: string;
  /** Sorts the items of a group for splits by blocks: a time, else the place in the source. */
  readonly position: number;
  /** What makes two items the same one, whatever they are called: equal content is one item of a data set. */
  readonly identity: string | Uint8Array;
  /** Items with an equal key are near-duplicates and stay in one split; `identity` decides where it is left out. */
  readonly twin?: string;
  /** What the source says each item is, by label column. */
  readonly labels: Readonly<Record<string, string>>;
  /** For lists, `--where` and reports: short values. */
  readonly facts: Readonly<Record<string, Fact>>;
  /** What reading had to assume, as a sentence. A model's answer about such an item is told as unknown. */
  readonly assumed?: string;
  /** What a screen shows of it: sample cells, counts, lanes. Plain JSON, small. */
  readonly view?: Readonly<Record<string, unknown>>;
}

export interface FamilyTensor {
  readonly name: string;
  /** Per item, without the batch axis. */
  readonly shape: readonly number[];
  /** [items, ...shape], row-major. NaN: not measurable. */
  readonly data: Float32Array | Float64Array | Uint8Array;
}

/** What a source holds. */
export interface SourceReading {
  readonly items: readonly FamilyItem[];
  /** What models see of the items, in their order. */
  readonly tensors: readonly FamilyTensor[];
  /** Names of the elements of the first tensor; empty where they have none (channels of a spectrum). */
  readonly featureNames: readonly string[];
  readonly problems: readonly Problem[];
}

/** Items with labels, as they go to training. Row `i` of every array is one item. */
export interface FamilyData {
  readonly tensors: readonly FamilyTensor[];
  readonly classes: readonly string[];
  /** Index into `classes`. */
  readonly labels: Int32Array;
  /** How much each item counts; 1 where absent. */
  readonly weights?: Float32Array | undefined;
  /** What the sources say of each item; absent where rows were made up. */
  readonly facts?: readonly Readonly<Record<string, Fact>>[] | undefined;
  /** Rows that stand in for the validation and test splits where the items were too few to hold any out. */
  readonly heldOut?: FamilyData | undefined;
}

/** Parts of an item that can be made to tell nothing, one at a time, to see what an answer rests on. */
export interface LeavingOut {
  /** Of `from` and `to`. */
  readonly unit: string;
  readonly parts: readonly { readonly from: number; readonly to: number }[];
  /** The tensors of one item again and again: row p as if part p told nothing. */
  without(item: readonly FamilyTensor[]): readonly FamilyTensor[];
  /** The item as if only a share of it had been seen: what leaves no doubt leaves nothing to measure. */
  weakened(item: readonly FamilyTensor[], share: number): readonly FamilyTensor[];
}

/** Rows with an answer of a detector, in the order of their source. */
export interface DetectedRows {
  readonly items: readonly Pick<FamilyItem, 'id' | 'group' | 'position' | 'facts'>[];
  /** How strange each row is, 0 to 1. */
  readonly scores: Float64Array;
  /** 1 where it counts as strange. */
  readonly strange: Uint8Array;
  /** What the source says: 1 strange, 0 usual, -1 nothing. */
  readonly truth: Int8Array;
  /** [items, features] */
  readonly features: FamilyTensor['data'];
  readonly featureNames: readonly string[];
}

/** Rows that belong together as one strange thing that happened. */
export interface DetectedEvent {
  readonly source: string;
  /** Ids of its first and its last row, and how many rows lie between, both included. */
  readonly first: string;
  readonly last: string;
  readonly rows: number;
  /** When, where rows have times. */
  readonly start: string | null;
  readonly end: string | null;
  readonly peakScore: number;
  /** Share of each channel in what is strange about it, the largest first; together 1. */
  readonly channels: readonly {
    readonly name: string;
    readonly share: number;
    readonly direction: 'high' | 'low';
  }[];
}

export interface Detection {
  readonly events: readonly DetectedEvent[];
  /** By rows, by events and by ranges; empty where the source says nothing. */
  readonly figures: Readonly<Record<string, number | null>>;
}

/** Something unusual that a channel shows for a while; both ends in milliseconds since 1970. */
export interface Happening {
  readonly from: number;
  readonly until: number;
  /** "wind gust 02:13 (14 m/s)": what it was during that stretch of its time. */
  tell(from: number, until: number): string;
}

/** What a place did by the clock, for items of other families that were taken there at that time. */
export interface ClockChannel {
  /** What it says something about, in a word that families share: `guiding`, `wind`, `temperature`, … */
  readonly kind: string;
  /** Of its column. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly lowIsGood: boolean;
  /** Milliseconds since 1970, never falling. */
  readonly at: Float64Array;
  /** One for each time; NaN where there is none. */
  readonly values: Float64Array;
  readonly happenings: readonly Happening[];
}

/** A reading as it is stored. */
export interface TimedReading extends Pick<SourceReading, 'tensors' | 'featureNames'> {
  readonly items: readonly Pick<FamilyItem, 'position' | 'facts'>[];
}

/** Names of the figures of `quality` that say when the items of a source were taken, as ISO 8601. */
export const spanFigures = { begins: 'begins', ends: 'ends' } as const;

/** What a model said of labelled items, for figures that only this family asks for. */
export interface JudgedItems {
  readonly classes: readonly string[];
  readonly labels: readonly number[];
  /** [items, classes] */
  readonly probabilities: Float32Array;
  /** Growing with strangeness: a detector's own scores, a classifier's probability of the anomaly; null where no class is one. */
  readonly scores: Float64Array | null;
  /** Index of the class of anomalies; -1 where no class is. */
  readonly anomaly: number;
  readonly items: readonly Pick<FamilyItem, 'id' | 'group' | 'position' | 'facts'>[];
}

/**
 * A recipe of `learning` by name, with the settings that suit this family; those of the house among them, such as
 * `evaluation.folds`.
 */
export interface FamilyRecipe {
  readonly recipe: string;
  readonly parameters: Readonly<Record<string, Setting>>;
}

/** A setting of how a family reads, or prepares its training set. */
export interface TrainingSetting {
  readonly description: string;
  readonly default: Setting;
  /** What it may be, where that is a closed list. */
  readonly choices?: readonly string[];
  /** What a text must look like, where it is no closed list, in signs and in words. */
  readonly form?: {
    readonly pattern: RegExp;
    readonly words: string;
    /** What the signs alone do not tell: whether there is such a value. */
    readonly isMeant?: (text: string) => boolean;
  };
}

/** A table of made-up items, in a layout that the family reads. */
export interface SyntheticTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A public data set of the family by a short name, for `preset:NAME`. */
export interface FamilyPreset {
  readonly name: string;
  readonly title: string;
  /** Of a kind of source there is. */
  readonly address: string;
}

/** One line of a quality report. */
export interface QualityFigure {
  readonly name: string;
  readonly value: Fact;
  /** What it means, where that is not plain. */
  readonly note?: string;
}

export interface Family {
  readonly name: string;
  /** For headings: "Table columns". */
  readonly title: string;
  /** "column", "columns". */
  readonly noun: { readonly one: string; readonly many: string };
  /** What a model of it answers, `kind` for columns; one version per family and task is in production. */
  readonly task: string;
  /** Grows with every change that makes reading or featurising give other figures; stored ones of others are not reused. */
  readonly version: string;
  /** What the names of the files it reads end with, in small letters: `.csv`, `.csv.gz`. */
  readonly fileEndings: readonly string[];
  /** Data sets that it knows by a short name. */
  readonly presets?: readonly FamilyPreset[];
  /** Where labels are looked for unless a person names a column, in this order. */
  readonly labelColumns: readonly string[];
  /** True where items without a label can be learned from too: detectors of the unusual. */
  readonly learnsUnlabelled?: boolean;
  /**
   * Where a class has fewer items than this they are templates: all are learned from, and `trainingSet` makes up what the
   * model is judged by.
   */
  readonly templatesBelow?: number;
  /** A fact that grows with how strange an item is, and the value above which it is an event. */
  readonly strangeness?: { readonly fact: string; readonly threshold: number };
  /** The first is the default. */
  readonly recipes: readonly FamilyRecipe[];
  /**
   * Reads a source and featurises its items. The same bytes and options give the same answer.
   * @throws NightsiftError with a refusal code when nothing of it can be read; single bad rows are problems instead
   */
  read(source: SourceBytes, options: ReadOptions): SourceReading;
  /** The classes of a label column in order; null: the labels that occur, sorted. */
  classesOf(labelColumn: string): readonly string[] | null;
  /** Figures on one source, for `scan` and the session's page. */
  quality(reading: SourceReading): readonly QualityFigure[];
  /**
   * What `read` can be told with `--set`, by name: `read.smooth` for one; a name that ends in `*` stands for all that begin
   * so. Any name where left out.
   */
  readonly readingSettings?: Readonly<Record<string, TrainingSetting>>;
  /** What `trainingSet` can be told, by name: `data.syntheticShare` for one. */
  readonly trainingSettings?: Readonly<Record<string, TrainingSetting>>;
  /** Makes the items of the train split what the family thinks best to learn from: synthesised, balanced, augmented. */
  trainingSet?(
    data: FamilyData,
    settings: Readonly<Record<string, Setting>>,
    seed: number,
    onProgress?: (share: number) => void,
  ): FamilyData;
  /** Makes a training set up from labelled items, by the same settings. */
  synthesise?(data: FamilyData, settings: Readonly<Record<string, Setting>>, seed: number): SyntheticTable;
  /** What the source says against an answer of a model, as a sentence; the answer is told as unknown then. */
  contradiction?(facts: Readonly<Record<string, Fact>>, label: string): string | null;
  /** For saliency; families without it are not explained part by part. */
  readonly leavingOut?: LeavingOut;
  /** Events out of answers row by row, for families whose rows follow one another. */
  events?(rows: DetectedRows): Detection;
  /**
   * Channels that explain what went wrong with other items at the same time. Asked for sources whose `quality` names their
   * span by `spanFigures`.
   */
  clock?(reading: TimedReading): readonly ClockChannel[];
  /** Makes a source up, labels included, to try things on. The same settings give the same bytes. */
  simulate?(settings: {
    readonly rows: number;
    readonly seed: number;
    readonly faultShare: number;
  }): Uint8Array;
  /** Figures beside accuracy, F1 and the like: `falsePositives/text`, `event/f1`. */
  figures?(judged: JudgedItems): Readonly<Record<string, number | null>>;
}
