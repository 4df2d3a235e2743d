#a comment
@problemName Two
@timeStamps false
@missing true
@univariate false
@dimensions 2
@equalLength true
@seriesLength 3
@classLabel true up down
@data
1,2,3:0.5,0.25,?:up
4,5,6:-1,-2e-1,NaN:down
